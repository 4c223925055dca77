import Pictures
import Kernels
import Matting
import OpenCL
import Tensors

/// Memory for the intermediate results of refining a mask. One picture at a time uses the memory, as a queue's commands
/// run one after the other.
struct RefinementMemory {
  private var mask: GrowingBuffer
  private var moments: GrowingBuffer
  private var vectors: [GrowingBuffer]

  init(context: Context) {
    mask = GrowingBuffer(context: context)
    moments = GrowingBuffer(context: context)
    vectors = (0..<6).map { _ in GrowingBuffer(context: context) }
  }

  /// Memory for a grid of `count` cells.
  mutating func cells(_ count: Int) throws -> RefinementCells {
    let vector = count * MemoryLayout<SIMD4<Float>>.stride
    return RefinementCells(
      mask: try mask.holding(count * MemoryLayout<Float>.stride), moments: try moments.holding(4 * vector),
      guide: try vectors[0].holding(vector), fits: try vectors[1].holding(vector),
      errors: try vectors[2].holding(vector), weighted: try vectors[3].holding(vector),
      first: try vectors[4].holding(vector), second: try vectors[5].holding(vector))
  }

  /// The size in bytes of the memory for a grid of `cells` cells.
  static func byteCount(of cells: Int) -> Int {
    cells * (MemoryLayout<Float>.stride + 10 * MemoryLayout<SIMD4<Float>>.stride)
  }
}

/// A grid's buffers, named as in the kernels of `window_fits.cl` and `blend_fits.cl`.
struct RefinementCells {
  /// `[height, width]` floats.
  let mask: Buffer
  /// `[4, height, width]` vectors.
  let moments: Buffer
  /// `[height, width]` vectors, like all that follow.
  let guide: Buffer
  let fits: Buffer
  let errors: Buffer
  let weighted: Buffer
  /// Temporary.
  let first: Buffer
  let second: Buffer
}

/// One of a batch's maps in a buffer, with the buffer of the maps' ranges.
struct MapRegion {
  let maps: Buffer
  let ranges: Buffer
  let size: Size
  /// The index of the map in the buffer.
  let index: Int
  let form: MapForm
}

// `GuidedUpsampling` on the device, with the same sums in the same order.
extension PictureKernels {
  /// Refines a map to the matte of a picture whose samples are in a buffer. The matte has 16 bits for each pixel and
  /// begins at element `element` of `mattes`.
  mutating func refine(
    _ map: MapRegion, with guided: GuidedUpsampling, guide picture: PictureRegion, in samples: Buffer,
    over background: Color, to mattes: Buffer, at element: Int, _ memory: inout RefinementMemory
  ) throws {
    let grid = CoarseMask.grid(of: map.size, noLargerThan: picture.size)
    let cells = try memory.cells(grid.height * grid.width)
    try average(map, to: cells.mask, grid)
    try enqueue(
      "average_picture", .averageCells, over: grid.items, samples, UInt64(picture.offset), picture.extents,
      background.packed, grid.extents, cells.guide)
    try weighExactFits(guided, grid, cells)
    try fit(radius: guided.wideRadius, epsilon: guided.epsilon, grid, cells)
    try boxMean(of: cells.fits, radius: guided.wideRadius, grid, between: cells.first, to: cells.second)
    let count = grid.height * grid.width
    try enqueue(
      "blend_fits", .blendFits, over: [count], cells.weighted, cells.errors, cells.second, cells.guide, cells.mask,
      Int32(count), guided.fitPreference, guided.exactnessLimit, cells.fits)
    try apply(cells.fits, grid, to: picture, in: samples, over: background, mattes, at: element)
  }

  /// Stores the mean of a map's values, by its form, over each cell.
  private mutating func average(_ map: MapRegion, to mask: Buffer, _ grid: Size) throws {
    let pixels = map.size.height * map.size.width
    try enqueue(
      "average_map", .averageCells, over: grid.items, map.maps, UInt64(map.index * pixels), map.size.extents,
      map.form.rawValue, map.ranges,
      Int32(map.index * rangeGroups), Int32(rangeGroups), grid.extents, mask)
  }

  /// Stores the fits to small windows, weighted by how well they fit, and their mean errors.
  private mutating func weighExactFits(_ guided: GuidedUpsampling, _ grid: Size, _ cells: RefinementCells) throws {
    let count = grid.height * grid.width
    try fit(radius: guided.radius, epsilon: guided.epsilon, grid, cells)
    try enqueue(
      "fit_errors", .blendFits, over: grid.items, cells.fits, cells.guide, cells.mask, grid.extents, cells.second)
    try boxMean(of: cells.second, radius: guided.radius, grid, between: cells.first, to: cells.errors)
    try enqueue(
      "weigh_fits", .blendFits, over: [count], cells.fits, cells.errors, Int32(count), guided.fitTolerance, cells.second
    )
    try boxMean(of: cells.second, radius: guided.radius, grid, between: cells.first, to: cells.weighted)
  }

  /// Stores the least-squares fit in the window around each cell.
  private mutating func fit(radius: Int, epsilon: Float, _ grid: Size, _ cells: RefinementCells) throws {
    try enqueue(
      "window_moments", .windowFits, over: grid.items, cells.guide, cells.mask, grid.extents, Int32(radius),
      cells.moments)
    try enqueue(
      "window_fits", .windowFits, over: grid.items, cells.moments, grid.extents, Int32(radius), epsilon, cells.fits)
  }

  private mutating func boxMean(
    of vectors: Buffer, radius: Int, _ grid: Size, between: Buffer, to means: Buffer
  ) throws {
    try enqueue("box_rows", .boxMean, over: grid.items, vectors, grid.extents, Int32(radius), between)
    try enqueue("box_columns", .boxMean, over: grid.items, between, grid.extents, Int32(radius), means)
  }

  /// Applies a field of coefficients to every pixel.
  private mutating func apply(
    _ field: Buffer, _ grid: Size, to picture: PictureRegion, in samples: Buffer, over background: Color,
    _ mattes: Buffer, at element: Int
  ) throws {
    let size = picture.size
    let scale = SIMD2(
      CellSampler(cells: grid.height, pixels: size.height).scale,
      CellSampler(cells: grid.width, pixels: size.width).scale)
    try enqueue(
      "apply_fits", .applyFits, over: size.items, field, grid.extents, scale, samples, UInt64(picture.offset),
      picture.extents, background.packed, AlphaMatte.haze, mattes, UInt64(element))
  }
}

extension Size {
  /// One work-item for each pixel or cell, the columns first.
  fileprivate var items: [Int] { [width, height] }
  /// The kernels' `int2`.
  fileprivate var extents: SIMD2<Int32> { SIMD2(Int32(height), Int32(width)) }
}
