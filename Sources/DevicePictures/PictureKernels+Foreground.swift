import Kernels
import Matting
import OpenCL
import Tensors

/// A picture and its matte on the device: the kernels' `in`, `at`, `shape`, `mattes` and `matte_at`.
struct MattedRegion {
  let picture: PictureRegion
  let samples: Buffer
  let mattes: Buffer
  /// The index of the matte's first value in `mattes`.
  let element: Int
  /// The number of the picture in its batch.
  let index: Int
}

// `ForegroundEstimation` on the device, with the same sums in the same order.
extension PictureKernels {
  /// Writes the cut-outs of pictures, RGBA, each from its byte of `target` on.
  mutating func cutOut(
    _ regions: [MattedRegion], with estimation: ForegroundEstimation, to target: Buffer, at bytes: [Int],
    _ memory: inout ForegroundMemory
  ) throws {
    let (slots, sizes) = try memory.slots(count: regions.count)
    for region in regions { try average(region, to: slots, sizes) }
    try enqueue(
      "relax_levels", .foregroundLevels, over: [regions.count], groups: regions.count, sizes, slots,
      UInt64(ForegroundLayout.slotCount), Int32(ForegroundLayout.estimatesOffset),
      Int32(ForegroundTiling.wholeLevelLimit), Int32(estimation.smallIterations), estimation.weights)
    for (region, byte) in zip(regions, bytes) {
      try cutOut(region, with: estimation, from: slots, to: target, at: byte, &memory)
    }
  }

  /// Stores the means of the largest level that is computed completely.
  private mutating func average(_ region: MattedRegion, to slots: Buffer, _ sizes: Buffer) throws {
    let tiling = ForegroundTiling(region.picture.size)
    let grid = tiling.levels[tiling.depth]
    try enqueue(
      "average_pixels", .foregroundLevels, over: [grid.width, grid.height], region.samples,
      UInt64(region.picture.offset), region.picture.extents, region.mattes, UInt64(region.element),
      Int32(tiling.depth), Int32(region.index), sizes, slots, UInt64(region.index * ForegroundLayout.slotCount))
  }

  private mutating func cutOut(
    _ region: MattedRegion, with estimation: ForegroundEstimation, from slots: Buffer, to target: Buffer,
    at byte: Int, _ memory: inout ForegroundMemory
  ) throws {
    let layout = ForegroundLayout(region.picture.size)
    let tiling = layout.tiling
    let (sums, tiles, scratch) = try memory.picture(layout)
    try sum(region, tiling, to: sums)
    try queue.fill(tiles, with: 0)
    let (at, shape, side) = (UInt64(region.picture.offset), region.picture.extents, Int32(tiling.side))
    try enqueue(
      "choose_tiles", .estimateForeground, over: [tiling.count], groups: tiling.count, region.samples, at, shape,
      region.mattes, UInt64(region.element), side, tiles, target, UInt64(byte))
    let groups = memory.groups(layout)
    let estimates = region.index * ForegroundLayout.slotCount + ForegroundLayout.estimatesOffset
    let cells = SIMD2(Int32(layout.scratchCells.even), Int32(layout.scratchCells.odd))
    try enqueue(
      "estimate_tiles", .estimateForeground, over: [groups], groups: groups, region.samples, at, shape,
      region.mattes, UInt64(region.element), sums, slots, UInt64(estimates),
      Int32(ForegroundTiling.wholeLevelLimit), Int32(tiling.depth), side, tiles, scratch,
      UInt64(layout.scratchStride), cells, Int32(ForegroundTiling.margin), Int32(ForegroundTiling.reach),
      Int32(estimation.largeIterations), estimation.weights, target, UInt64(byte))
  }

  /// Stores the sums of the levels between the picture and the largest complete level, one after the other.
  private mutating func sum(_ region: MattedRegion, _ tiling: ForegroundTiling, to sums: Buffer) throws {
    guard tiling.depth > 1 else { return }
    let first = tiling.levels[1]
    try enqueue(
      "sum_pixels", .foregroundLevels, over: [first.width, first.height], region.samples,
      UInt64(region.picture.offset), region.picture.extents, region.mattes, UInt64(region.element), sums)
    var from = 0
    for level in 1..<tiling.depth - 1 {
      let (grid, next) = (tiling.levels[level], tiling.levels[level + 1])
      let to = from + grid.height * grid.width
      try enqueue(
        "sum_cells", .foregroundLevels, over: [next.width, next.height], sums, UInt64(from),
        SIMD2(Int32(grid.height), Int32(grid.width)), UInt64(to))
      from = to
    }
  }
}

extension ForegroundEstimation {
  /// The kernels' `weights`.
  fileprivate var weights: SIMD2<Float> { SIMD2(smoothness, gradientWeight) }
}
