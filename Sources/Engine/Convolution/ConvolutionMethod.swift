/// The ways to compute a convolution, each a kernel or two.
package enum ConvolutionMethod: Hashable, Sendable {
  /// Planar activations on both sides: the portable kernel.
  case planar
  /// From planar activations to blocks.
  case planarToBlocked
  /// Blocks on both sides.
  case blocked(BlockedMethod)
  /// From blocks to planar activations.
  case blockedToPlanar
}

/// The ways to compute a convolution on blocks of 16 channels, each with the constants of its kernel.
package enum BlockedMethod: Hashable, Sendable {
  /// The direct sum. A work-item computes `tile` pixels of each of `rows` rows.
  case direct(tile: Int, rows: Int)
  /// Winograd's F(4×4, 3×3) in one launch, for groups of `tiles` tiles: for maps of many tiles and weights that stay in
  /// a processor's caches when they are four times the size.
  case winogradFused(tiles: Int)
  /// Winograd's F(4×4, 3×3) in launches of their own for the input's transform and the rest, with the weights
  /// transformed where they are used: for maps of few tiles and many channels.
  case winogradNonfused(tiles: Int)
  /// The direct sum as an implicit matrix product through local memory, on GPUs.
  case implicitGEMM(ImplicitGEMM)
  /// The direct sum by sub-groups that hold its operands in registers, on GPUs that have them.
  case subgroup(SubgroupConvolution)

  /// Whether it is the direct sum.
  var isDirect: Bool {
    switch self {
    case .direct, .implicitGEMM, .subgroup: true
    case .winogradFused, .winogradNonfused: false
    }
  }
}
