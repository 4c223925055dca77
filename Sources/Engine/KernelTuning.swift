package import OpenCL

/// The constants that the portable kernels are compiled with, and the work-groups they run in.
package struct KernelTuning: Hashable, Sendable {
  /// Pixels of a row that a work-item of a convolution computes: 2, 4, 8 or 16.
  package var pixelTile: Int
  /// Output channels that a work-item of a convolution computes.
  package var channelTile: Int
  /// The work-groups of a convolution, over (pixel tiles, rows, channel tiles).
  package var convolutionGroup: [Int]
  /// The work-groups of everything else, over (pixels, planes).
  package var elementGroup: [Int]

  /// Whether the kernels on blocks of 16 channels are worth having: on CPUs, which hold a block in one or a few
  /// registers.
  package var hasBlockKernels: Bool
  /// Cores or multiprocessors to keep busy.
  package var computeUnits: Int

  /// Constants that are good enough everywhere: wide vectors and groups of one on a CPU, whose cores work off whole
  /// groups; narrow vectors and many work-items side by side elsewhere.
  package init(for device: Device) {
    let isCPU = device.kind == .cpu
    pixelTile = isCPU ? 16 : 4
    channelTile = 8
    convolutionGroup = isCPU ? [1, 1, 1] : [8, 8, 1]
    elementGroup = [64, 1]
    hasBlockKernels = isCPU
    computeUnits = device.computeUnits
  }

  /// The order of a convolution's weights.
  package func weightLayout(for method: ConvolutionMethod) -> WeightLayout {
    switch method {
    case .planar: .outputTiles(channelTile)
    case .planarToBlocked: .outputTiles(16)
    case .blocked: .blocks
    case .winograd: .winograd
    case .blockedToPlanar: .inputVectors
    }
  }

  /// Tiles of 4×4 pixels whose sums a work-item of Winograd's convolution holds in registers.
  package static let winogradTiles = 20

  /// The work-items of such a convolution, each with its own slot of scratch: several for each core, so that none waits
  /// long for the others.
  package func winogradItems(groups: Int) -> Int { max(1, min(groups, computeUnits * 8)) }

  /// The elements of one slot: a group's transformed input and one block's products.
  package func winogradSlot(inChannels: Int) -> Int { 36 * Self.winogradTiles * (inChannels + 16) }

  /// The pixels of a row that a work-item of a convolution on blocks computes: the tile that covers a row of `width`
  /// pixels with the least work, where a tile costs as much as it has pixels and about three more.
  package func blockTile(width: Int) -> Int {
    let candidates = [20, 16, 10, 8, 4, 2, 1].filter { $0 <= width }
    return candidates.min { a, b in
      width.dividedRoundingUp(by: a) * (a + 3) < width.dividedRoundingUp(by: b) * (b + 3)
    } ?? 1
  }

  /// The rows that such a work-item computes: several, as long as every core has enough work-items to choose from.
  package func blockRows(height: Int, itemsPerRow: Int) -> Int {
    max(1, min(8, height * itemsPerRow / (computeUnits * 32)))
  }

  var buildOptions: String { "-D X_TILE=\(pixelTile) -D OC_TILE=\(channelTile)" }
}
