import Kernels
package import OpenCL
package import Tensors

/// How a device's sub-groups compute convolutions.
package struct SubgroupKernels: Hashable, Sendable {
  /// The work-items of a sub-group, a multiple of 16.
  package let lanes: Int
  /// Whether the kernels ask for that size; where not, the compiler chooses it for each kernel anew.
  package let isRequired: Bool
  /// Whether operands are read in blocks, as Intel's GPUs do fastest.
  package let readsBlocks: Bool
  /// The version of OpenCL C, such as `CL3.0`.
  package let language: String
  /// Sub-groups of a work-group.
  package let group: Int
  /// Units to keep busy, as drivers count them; each runs about eight sub-groups in turn.
  package let computeUnits: Int
  /// What the compiler makes well.
  package var architecture = GPUArchitecture.unknown

  /// Those of a device where kernels can ask for a size, the 16 channels of a block unless told, or else whose compiler
  /// chooses `chosenLanes`; nil where the device has none that fit blocks.
  package init?(for device: Device, precision: Precision, requiredLanes: Int = 16, chosenLanes: Int? = nil) {
    guard let support = device.subgroups else { return nil }
    isRequired = support.requiredSizes.contains(requiredLanes)
    guard let lanes = isRequired ? requiredLanes : chosenLanes, Self.possibleLanes.contains(lanes) else { return nil }
    self.lanes = lanes
    readsBlocks = isRequired && lanes == 16 && support.blockReads.contains(precision.byteCount * 8)
    language = support.language
    group = max(1, min(4, device.maxRowGroupSize / lanes))
    computeUnits = device.computeUnits
    architecture = GPUArchitecture(of: device)
  }

  /// Those of a compiler that chooses `lanes`, in OpenCL C 3.0; nil where that does not fit blocks.
  package init?(lanes: Int, computeUnits: Int) {
    guard Self.possibleLanes.contains(lanes) else { return nil }
    (self.lanes, isRequired, readsBlocks, language, group) = (lanes, false, false, "CL3.0", 4)
    self.computeUnits = computeUnits
  }

  /// Those of Intel's GPUs: 16 work-items, and block reads of halves and floats.
  package static func intel(_ architecture: GPUArchitecture, computeUnits: Int) -> SubgroupKernels {
    var kernels = SubgroupKernels(intelUnits: computeUnits)
    kernels.architecture = architecture
    return kernels
  }

  private init(intelUnits: Int) {
    (lanes, isRequired, readsBlocks, language, group) = (16, true, true, "CL1.2", 4)
    computeUnits = intelUnits
  }

  private static let possibleLanes = [16, 32, 64, 128]

  /// Whether the kernel computes such a tile: whole registers of pixels.
  package func accepts(_ tile: SubgroupConvolution) -> Bool { tile.pixels.isMultiple(of: lanes / 16) }

  /// Whether the architecture has the registers for a tile; where pixels are not dilated, those of neighbours are kept, too.
  private func hasRegisters(for tile: SubgroupConvolution, dilation: Int) -> Bool {
    dilation > 1 || !architecture.row.subgroupTilesLeftOut.contains([tile.pixels, tile.outputs])
  }

  /// The options of `conv2d_subgroup.cl`.
  package func options(of tile: SubgroupConvolution, kernel: Int, dilation: Int, precision: Precision) -> String {
    let constants = [
      ("LANES", lanes), ("X_TILE", tile.pixels), ("OUTPUTS", tile.outputs), ("GROUP", group), ("KERNEL", kernel),
      ("NEIGHBORS", dilation == 1 ? 1 : 0), ("REQUIRED", isRequired ? 1 : 0), ("BLOCK_READS", readsBlocks ? 1 : 0),
    ]
    let options = ["-cl-std=\(language)"] + constants.map { "-D \($0.0)=\($0.1)" } + [precision.storageOptions]
    return options.buildOptions
  }

  /// The kernel of a tile.
  func variant(of tile: SubgroupConvolution, kernel: Int, dilation: Int, precision: Precision) -> KernelVariant {
    KernelVariant(
      function: "conv2d_subgroup", source: .conv2dSubgroup,
      options: options(of: tile, kernel: kernel, dilation: dilation, precision: precision))
  }

  /// The sub-groups of a part of the sum.
  package func count(of tile: SubgroupConvolution, for output: Shape) -> Int {
    output.width.dividedRoundingUp(by: tile.pixels) * output.height * output.batch
      * output.channels.dividedRoundingUp(by: tile.outputs * lanes)
  }

  /// Tiles of a convolution worth trying, what is expected to be the fastest first.
  package func candidates(for problem: ConvolutionProblem) -> [SubgroupConvolution] {
    let blocks = problem.inChannels / 16
    let found = SubgroupConvolution.tiles.flatMap { tile in
      [1, 2, 4, 8].filter { $0 == 1 || blocks >= 2 * $0 }.compactMap { splits in
        SubgroupConvolution(pixels: tile.pixels, outputs: tile.outputs, splits: splits)
      }
    }.filter { accepts($0) && hasRegisters(for: $0, dilation: problem.dilation) }
    let ranked = found.map { (tile: $0, clocks: clocks(of: $0, for: problem)) }
    return ranked.sorted { $0.clocks < $1.clocks }.prefix(Self.mostCandidates).map(\.tile)
  }

  /// The most candidates that a tuner is offered for one convolution.
  private static let mostCandidates = 6

  /// A guess of the time, to rank candidates by: multiply-adds of a sub-group, with what its loads add to them, for the
  /// rounds that a compute unit makes of eight sub-groups at a time; and another launch where sums are split.
  private func clocks(of tile: SubgroupConvolution, for problem: ConvolutionProblem) -> Double {
    let output = problem.output
    let rounds = Double(count(of: tile, for: output) * tile.splits) / Double(computeUnits * 8)
    let steps = Double(tile.parts(inChannels: problem.inChannels).blocks * problem.kernel * problem.kernel)
    let products = Double(16 * tile.pixels * tile.outputs)
    let loads = Double(16 * tile.outputs + tile.pixels)
    let launch = tile.splits > 1 ? 4000 + Double(output.elementCount * tile.splits) / Double(computeUnits * 8) : 0
    return max(1, rounds + 0.5) * 8 * steps * (products + 2 * loads) + launch
  }
}

/// Sub-groups have another size than a kernel was made for.
package struct SubgroupSizeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node's name.
  package let layer: String
  /// The size that was expected, and what it is.
  package let expected: Int, found: Int

  /// The layer and both sizes, in one line.
  package var description: String { "\(layer): sub-groups of \(found) work-items, not of \(expected)" }
}
