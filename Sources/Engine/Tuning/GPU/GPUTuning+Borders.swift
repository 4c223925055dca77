import Kernels

/// A GPU's convolution from planar activations to blocks: constants of `conv2d_planar_to_c16_gpu.cl`.
struct PlanarToBlocked: Hashable, Sendable {
  /// The number of pixels of a row that a work-item computes.
  let pixels: Int
  /// The size of a work-group, which lies along a row.
  let items: Int

  func variant(_ gpu: GPUTuning) -> KernelVariant {
    KernelVariant(
      function: "conv2d_planar_to_c16_gpu", source: .conv2dPlanarToC16GPU,
      options: [gpu.blockOptions, "-D X_TILE=\(pixels)", "-D ITEMS=\(items)"].buildOptions)
  }
}

/// A GPU's convolution from blocks to planar maps: constants of `conv2d_c16_to_planar_gpu.cl`.
struct BlockedToPlanar: Hashable, Sendable {
  /// The number of pixels whose sums a work-item holds.
  static let pixels = 2
  /// The number of work-items that share the channels of these pixels.
  let lanes: Int
  /// The size of a work-group.
  let group: Int

  var pixelsOfGroup: Int { Self.pixels * group / lanes }

  func variant(_ gpu: GPUTuning) -> KernelVariant {
    let constants = ["-D X_TILE=\(Self.pixels)", "-D LANES=\(lanes)", "-D PIXELS=\(group / lanes)"]
    return KernelVariant(
      function: "conv2d_c16_to_planar_gpu", source: .conv2dC16ToPlanarGPU,
      options: ([gpu.blockOptions] + constants).buildOptions)
  }
}

extension GPUTuning {
  /// The best kernel from planar activations to blocks that the device can run, for rows of `width` pixels; nil if
  /// none.
  func planarToBlocked(width: Int) -> PlanarToBlocked? {
    let items = width > 64 ? [64, 32, 16, 8] : [16, 8]
    let candidates =
      items.map { PlanarToBlocked(pixels: architecture.row.borderPixels, items: $0) } + [
        PlanarToBlocked(pixels: 1, items: 8)
      ]
    return candidates.first { allows($0.variant(self), group: $0.items) }
  }

  /// The best kernel from blocks to planar maps that the device can run; nil if none. With many channels, more
  /// work-items share a pixel.
  func blockedToPlanar(inChannels: Int) -> BlockedToPlanar? {
    let lanes = inChannels >= 256 ? [32, 8] : [8]
    let candidates = lanes.flatMap { lanes in
      [128, 64, 32, 16, 8].filter { $0 >= lanes }.map { BlockedToPlanar(lanes: lanes, group: $0) }
    }
    return candidates.first { allows($0.variant(self), group: $0.group) }
  }
}
