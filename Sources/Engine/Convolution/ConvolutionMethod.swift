/// The ways to compute a convolution by the layouts of its input and output; each takes one or two kernels.
package enum ConvolutionMethod: Hashable, Sendable {
  /// Planar to planar: the portable kernel.
  case planar
  /// Planar to blocks.
  case planarToBlocked
  /// Blocks to blocks.
  case blocked(BlockedMethod)
  /// Blocks to planar.
  case blockedToPlanar
}

/// The ways to compute a convolution on blocks of 16 channels, each with the constants of its kernel.
package enum BlockedMethod: Hashable, Sendable {
  /// The direct sum on a CPU. A work-item computes `tile` pixels of each of `rows` rows.
  case direct(tile: Int, rows: Int)
  /// Winograd's F(4×4, 3×3) on a CPU in one launch, for groups of `tiles` tiles. Suits maps of many tiles whose
  /// transformed weights, four times the size of the weights, still fit the caches.
  case winogradFused(tiles: Int)
  /// Winograd's F(4×4, 3×3) on a CPU in pairs of launches, the first of which transforms the input. Weights are
  /// transformed where they are used, which suits maps of few tiles and many channels.
  case winogradNonfused(tiles: Int)
  /// The direct sum on a GPU, as an implicit matrix product through local memory.
  case implicitGEMM(ImplicitGEMM)
  /// The direct sum on a GPU, by sub-groups that hold the operands in registers.
  case subgroup(SubgroupConvolution)

  /// Whether the method computes the direct sum.
  var isDirect: Bool {
    switch self {
    case .direct, .implicitGEMM, .subgroup: true
    case .winogradFused, .winogradNonfused: false
    }
  }
}
