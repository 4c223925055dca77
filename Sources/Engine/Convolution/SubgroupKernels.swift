import Kernels
package import OpenCL
package import Tensors

/// How a device's sub-groups compute convolutions: the constants of `conv2d_subgroup.cl` that follow from the device.
package struct SubgroupKernels: Hashable, Sendable {
  /// The number of work-items of a sub-group, a multiple of 16.
  package let lanes: Int
  /// Whether the kernels request that size; if not, the compiler chooses a size for each kernel.
  package let isRequired: Bool
  /// Whether operands are read by block reads, which are the fastest on Intel's GPUs.
  package let readsBlocks: Bool
  /// The version of OpenCL C for `-cl-std`, such as `CL3.0`.
  package let language: String
  /// The number of sub-groups of a work-group.
  package let group: Int
  /// The number of compute units as drivers count them; each runs about eight sub-groups in turn.
  package let computeUnits: Int
  /// The architecture, which says which tiles its compiler handles well.
  package var architecture = GPUArchitecture.unknown

  /// The kernels for a device; nil if its sub-groups do not fit blocks of 16 channels.
  ///
  /// - Parameters:
  ///   - requiredLanes: the size that the kernels request if the device lets them.
  ///   - chosenLanes: the size that the compiler chooses if it does not.
  package init?(
    for device: Device, precision: Precision, requiredLanes: Int = channelsOfBlock, chosenLanes: Int? = nil
  ) {
    guard let support = device.subgroups else { return nil }
    isRequired = support.requiredSizes.contains(requiredLanes)
    guard let lanes = isRequired ? requiredLanes : chosenLanes, Self.possibleLanes.contains(lanes) else { return nil }
    self.lanes = lanes
    readsBlocks = isRequired && lanes == channelsOfBlock && support.blockReads.contains(precision.byteCount * 8)
    language = support.language
    group = max(1, min(4, device.maxRowGroupSize / lanes))
    computeUnits = device.computeUnits
    architecture = GPUArchitecture(of: device)
  }

  /// The kernels for a compiler of OpenCL C 3.0 that chooses sub-groups of `lanes`; nil if those do not fit blocks.
  package init?(lanes: Int, computeUnits: Int) {
    guard Self.possibleLanes.contains(lanes) else { return nil }
    (self.lanes, isRequired, readsBlocks, language, group) = (lanes, false, false, "CL3.0", 4)
    self.computeUnits = computeUnits
  }

  /// The kernels for Intel's GPUs: sub-groups of 16 work-items, and block reads of halves and floats.
  package static func intel(_ architecture: GPUArchitecture, computeUnits: Int) -> SubgroupKernels {
    var kernels = SubgroupKernels(intelUnits: computeUnits)
    kernels.architecture = architecture
    return kernels
  }

  private init(intelUnits: Int) {
    (lanes, isRequired, readsBlocks, language, group) = (channelsOfBlock, true, true, "CL1.2", 4)
    computeUnits = intelUnits
  }

  private static let possibleLanes = [16, 32, 64, 128]

  /// Whether the kernel can compute a tile, whose pixels must fill whole registers.
  package func accepts(_ tile: SubgroupConvolution) -> Bool {
    tile.pixels.isMultiple(of: lanes / channelsOfBlock)
  }

  /// Whether the architecture has the registers for a tile. Without dilation, registers also keep neighbouring pixels.
  private func hasRegisters(for tile: SubgroupConvolution, dilation: Int) -> Bool {
    dilation > 1 || !architecture.row.subgroupTilesLeftOut.contains([tile.pixels, tile.outputs])
  }

  /// The build options of `conv2d_subgroup.cl`.
  package func options(of tile: SubgroupConvolution, kernel: Int, dilation: Int, precision: Precision) -> String {
    let constants = [
      ("LANES", lanes), ("X_TILE", tile.pixels), ("OUTPUTS", tile.outputs), ("GROUP", group), ("KERNEL", kernel),
      ("NEIGHBORS", dilation == 1 ? 1 : 0), ("REQUIRED", isRequired ? 1 : 0), ("BLOCK_READS", readsBlocks ? 1 : 0),
    ]
    let options = ["-cl-std=\(language)"] + constants.map { "-D \($0.0)=\($0.1)" } + [precision.storageOptions]
    return options.buildOptions
  }

  /// The kernel that computes a tile.
  func variant(of tile: SubgroupConvolution, kernel: Int, dilation: Int, precision: Precision) -> KernelVariant {
    KernelVariant(
      function: "conv2d_subgroup", source: .conv2dSubgroup,
      options: options(of: tile, kernel: kernel, dilation: dilation, precision: precision))
  }

  /// The number of sub-groups that compute one part of the sum.
  package func count(of tile: SubgroupConvolution, for output: Shape) -> Int {
    output.width.dividedRoundingUp(by: tile.pixels) * output.height * output.batch
      * output.channels.dividedRoundingUp(by: tile.outputs * lanes)
  }

  /// The tiles worth trying for a convolution, the one expected to be the fastest first.
  package func candidates(for problem: ConvolutionProblem) -> [SubgroupConvolution] {
    let blocks = problem.inChannels / channelsOfBlock
    let found = SubgroupConvolution.tiles.flatMap { tile in
      [1, 2, 4, 8].filter { $0 == 1 || blocks >= 2 * $0 }.compactMap { splitK in
        SubgroupConvolution(pixels: tile.pixels, outputs: tile.outputs, splitK: splitK)
      }
    }.filter { accepts($0) && hasRegisters(for: $0, dilation: problem.dilation) }
    let ranked = found.map { (tile: $0, clocks: clocks(of: $0, for: problem)) }
    return ranked.sorted { $0.clocks < $1.clocks }.prefix(Self.maximumCandidates).map(\.tile)
  }

  /// The largest number of candidates that a tuner is offered for one convolution.
  private static let maximumCandidates = 6

  /// An estimate of the time in clocks, to rank candidates by: the multiply-adds and loads of a sub-group, times the
  /// rounds that a compute unit makes of eight sub-groups each, plus another launch if the sum is split.
  private func clocks(of tile: SubgroupConvolution, for problem: ConvolutionProblem) -> Double {
    let output = problem.output
    let rounds = Double(count(of: tile, for: output) * tile.splitK) / Double(computeUnits * 8)
    let steps = Double(tile.parts(inChannels: problem.inChannels).blocks * problem.kernel * problem.kernel)
    let products = Double(channelsOfBlock * tile.pixels * tile.outputs)
    let loads = Double(channelsOfBlock * tile.outputs + tile.pixels)
    let launch = tile.splitK > 1 ? 4000 + Double(output.elementCount * tile.splitK) / Double(computeUnits * 8) : 0
    return max(1, rounds + 0.5) * 8 * steps * (products + 2 * loads) + launch
  }
}

/// A kernel runs in sub-groups of another size than it was made for.
package struct SubgroupSizeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node's name.
  package let layer: String
  /// The size that the kernel was made for, and the size found.
  package let expected: Int, found: Int

  /// One line with the layer and both sizes.
  package var description: String { "\(layer): sub-groups have \(found) work-items instead of \(expected)" }
}
