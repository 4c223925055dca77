import Matting
import OpenCL
import Tensors

/// What the device needs for the levels and tiles of a picture whose foreground it estimates.
struct ForegroundLayout {
  /// The size of a slot of `relax_levels`, in vectors: the means of all complete levels, of which there are fewer than
  /// twice the cells of the largest and one for each, and four estimates.
  static let slotCount = estimatesOffset + 4 * ForegroundTiling.wholeLevelLimit
  /// Where the estimates begin in a slot.
  static let estimatesOffset = 2 * ForegroundTiling.wholeLevelLimit + 64

  let tiling: ForegroundTiling

  init(_ size: Size) { tiling = ForegroundTiling(size) }

  /// The cells of the levels from 1 on that tiles are estimated from.
  var sumCount: Int { tiling.levels.dropFirst().dropLast().reduce(0) { $0 + $1.height * $1.width } }
  /// The most cells of a tile's parts of the levels 0 and 1; parts of other levels are smaller.
  var scratchCells: (even: Int, odd: Int) {
    let even = tiling.side + 2 * ForegroundTiling.margin
    // Either end is rounded outwards.
    let odd = even / 2 + 2 + 2 * ForegroundTiling.margin
    return (even * even, odd * odd)
  }
  /// The scratch of a work-group of `estimate_tiles`, in vectors.
  var scratchStride: Int {
    let (even, odd) = scratchCells
    return 3 * even + 2 * odd + (3 * even + 15) / 16
  }
}

/// Memory for estimating the foregrounds of a batch's pictures, most of it for one picture after the other.
struct ForegroundMemory {
  private static let vector = MemoryLayout<SIMD4<Float>>.stride

  private let device: Device
  private var sums: GrowingBuffer
  private var slots: GrowingBuffer
  private var sizes: GrowingBuffer
  private var tiles: GrowingBuffer
  private var scratch: GrowingBuffer

  init(context: Context) {
    device = context.device
    sums = GrowingBuffer(context: context)
    slots = GrowingBuffer(context: context)
    sizes = GrowingBuffer(context: context)
    tiles = GrowingBuffer(context: context)
    scratch = GrowingBuffer(context: context)
  }

  /// The buffers of a batch of `count` pictures: the slots of `relax_levels`, and the sizes of their largest levels.
  mutating func slots(count: Int) throws -> (slots: Buffer, sizes: Buffer) {
    (
      try slots.holding(count * ForegroundLayout.slotCount * Self.vector),
      try sizes.holding(count * MemoryLayout<SIMD2<Int32>>.stride)
    )
  }

  /// The buffers of one picture: the sums of its levels, its list of tiles, and work-groups' scratch.
  mutating func picture(_ layout: ForegroundLayout) throws -> (sums: Buffer, tiles: Buffer, scratch: Buffer) {
    (
      try sums.holding(max(1, layout.sumCount) * Self.vector),
      try tiles.holding((layout.tiling.count + 1) * MemoryLayout<Int32>.stride),
      try scratch.holding(groups(layout) * layout.scratchStride * Self.vector)
    )
  }

  /// The number of work-groups that share a picture's tiles.
  func groups(_ layout: ForegroundLayout) -> Int { Self.groups(layout, on: device) }

  private static func groups(_ layout: ForegroundLayout, on device: Device) -> Int {
    let bytes = Int(min(1 << 28, device.maxAllocation, device.globalMemory / 16))
    return min(layout.tiling.count, max(1, bytes / (layout.scratchStride * vector)))
  }

  /// The sizes in bytes of the largest buffers for pictures of these sizes.
  static func byteCounts(of sizes: [Size], on device: Device) -> [Int] {
    let layouts = sizes.map { ForegroundLayout($0) }
    return [
      layouts.map { $0.sumCount * vector }.max() ?? 0, sizes.count * ForegroundLayout.slotCount * vector,
      layouts.map { groups($0, on: device) * $0.scratchStride * vector }.max() ?? 0,
    ]
  }
}
