import Engine
import Pictures
import Kernels
import OpenCL
import Tensors

/// The kernels between pictures and a network, enqueued on one queue. Enqueueing a kernel copies its arguments, so that
/// each kernel is needed only once.
struct PictureKernels {
  let queue: Queue
  private let session: DeviceSession
  private var taps: TapsCache
  /// The kernels by name, with the size of their work-groups along a row.
  private var known: [String: (kernel: Kernel, row: Int)] = [:]
  /// The size of a work-group along a row of pixels, at most.
  private let group: Int
  /// The number of work-groups that search one range.
  let rangeGroups: Int

  /// - Parameter group: the most work-items of a work-group, a power of two; nil for what suits the device.
  init(session: DeviceSession, queue: Queue, group: Int? = nil) {
    self.session = session
    self.queue = queue
    taps = TapsCache(queue: queue)
    let device = session.device
    // On a CPU, work-groups of one avoid the cost of barriers.
    self.group = group ?? (device.kind == .cpu ? 1 : Self.powerOfTwo(notAbove: session.rowGroup(of: 256)))
    rangeGroups = device.kind == .cpu ? max(1, device.computeUnits) : 64
  }

  private static func powerOfTwo(notAbove limit: Int) -> Int {
    var power = 1
    while power * 2 <= limit { power *= 2 }
    return power
  }

  /// Enqueues a kernel.
  ///
  /// - Parameters:
  ///   - items: the number of work-items along each dimension.
  ///   - groups: for kernels that count their work-groups, the number of them along the first dimension, instead of
  ///     the first of `items`.
  ///   - arguments: the kernel's arguments.
  mutating func enqueue<each Argument: KernelArgument>(
    _ name: String, _ source: KernelSource, over items: [Int], groups: Int? = nil, _ arguments: repeat each Argument
  ) throws {
    let (kernel, row) = try known[name] ?? made(name, source)
    known[name] = (kernel, row)
    try kernel.bind(repeat each arguments)
    let local = [row] + Array(repeating: 1, count: items.count - 1)
    var items = items
    if let groups { items[0] = groups * row }
    try queue.enqueue(Launch(label: name, kernel: kernel, size: WorkSize(covering: items, local: local)))
  }

  private func made(_ name: String, _ source: KernelSource) throws -> (kernel: Kernel, row: Int) {
    let kernel = try session.kernel(name, from: source)
    return (kernel, Self.powerOfTwo(notAbove: min(group, kernel.maxWorkGroupSize(on: session.device))))
  }

  /// Converts a picture to 8-bit RGB over a background.
  mutating func flatten(_ picture: PictureRegion, over background: Color, from buffer: Buffer, to rgb: Buffer) throws {
    try enqueue(
      "flatten_picture", .flattenPicture, over: [picture.size.height * picture.size.width], buffer,
      UInt64(picture.offset), picture.extents, background.packed, rgb, UInt64(0))
  }

  /// Resizes a picture to planes in 0 … 1 as U²-Net's authors do.
  ///
  /// - Parameters:
  ///   - element: the index in `planes` of the first value.
  ///   - repeatsBorder: whether pixels beyond the border repeat it, rather than being black.
  mutating func sample(
    _ picture: PictureRegion, over background: Color, from buffer: Buffer, to planes: Buffer, at element: Int,
    _ size: Size, repeatsBorder: Bool
  ) throws {
    try enqueue(
      "sample_picture", .samplePicture, over: [size.width, size.height], buffer, UInt64(picture.offset),
      picture.extents,
      background.packed, planes, UInt64(element), SIMD2(Int32(size.height), Int32(size.width)),
      Int32(repeatsBorder ? 1 : 0))
  }

  /// Converts 8-bit RGB to planes in 0 … 1, from the value with index `element` on.
  mutating func planes(of rgb: Buffer, to planes: Buffer, at element: Int, _ size: Size) throws {
    let pixels = size.height * size.width
    try enqueue(
      "picture_planes", .picturePlanes, over: [pixels], rgb, UInt64(0), Int32(pixels), planes, UInt64(element))
  }

  /// Resizes 8-bit samples as Pillow does.
  ///
  /// - Parameter between: holds the result of the first pass.
  mutating func resize(_ resize: Resize, from source: Buffer, to target: Buffer, between: inout GrowingBuffer) throws {
    let (from, to) = (resize.from, resize.to)
    guard from.height != to.height, from.width != to.width else {
      if from == to {
        return try queue.copy(
          source, offset: resize.sourceOffset, to: target, targetOffset: resize.targetOffset,
          count: to.height * to.width * resize.channels)
      }
      let pass = Pass(from, to, offsets: (resize.sourceOffset, resize.targetOffset), alongRows: from.width != to.width)
      return try self.pass(pass, resize, from: source, to: target)
    }
    let columnsFirst = FilterResizer.filtersColumnsFirst(from: from, to: to)
    let middle =
      columnsFirst ? Size(height: to.height, width: from.width) : Size(height: from.height, width: to.width)
    let buffer = try between.holding(middle.height * middle.width * resize.channels)
    let first = Pass(from, middle, offsets: (resize.sourceOffset, 0), alongRows: !columnsFirst)
    let second = Pass(middle, to, offsets: (0, resize.targetOffset), alongRows: columnsFirst)
    try pass(first, resize, from: source, to: buffer)
    try pass(second, resize, from: buffer, to: target)
  }

  /// One of the two passes of a resize.
  private struct Pass {
    let from: Size
    let to: Size
    let offsets: (source: Int, target: Int)
    let alongRows: Bool

    init(_ from: Size, _ to: Size, offsets: (source: Int, target: Int), alongRows: Bool) {
      (self.from, self.to, self.offsets, self.alongRows) = (from, to, offsets, alongRows)
    }
  }

  private mutating func pass(_ pass: Pass, _ resize: Resize, from source: Buffer, to target: Buffer) throws {
    let (from, to) = pass.alongRows ? (pass.from.width, pass.to.width) : (pass.from.height, pass.to.height)
    let taps = try taps.taps(AxisTaps.Axis(source: from, target: to, filter: resize.filter))
    let shape = SIMD4(Int32(pass.to.height), Int32(pass.to.width), Int32(resize.channels), Int32(from))
    try enqueue(
      pass.alongRows ? "filter_rows" : "filter_columns", .filterPicture,
      over: [pass.to.width * resize.channels, pass.to.height], source, UInt64(pass.offsets.source), target,
      UInt64(pass.offsets.target), shape, taps.ranges, taps.weights, taps.stride)
  }

  /// Finds the least and the greatest value of each of `parts` parts of `count` floats, as `rangeGroups` pairs for each
  /// part.
  mutating func ranges(of values: Buffer, count: Int, parts: Int, to ranges: Buffer) throws {
    try enqueue(
      "value_range", .valueRange, over: [rangeGroups, parts], groups: rangeGroups, values, UInt64(0),
      Int32(count), ranges)
  }

  /// Counts the values of each map that are at least `limit`, as `rangeGroups` counts for each map behind its pairs.
  mutating func count(in maps: Buffer, notBelow limit: Float, _ layout: MapRanges, to ranges: Buffer) throws {
    try enqueue(
      "count_values", .valueRange, over: [rangeGroups, layout.maps], groups: rangeGroups, maps,
      Int32(layout.pixels), limit, ranges, Int32(layout.countOffset))
  }

  /// Normalises the planes of `pictures` pictures in place, as the network was trained.
  mutating func normalize(
    _ planes: Buffer, _ normalization: Normalization, pixels: Int, pictures: Int, ranges: Buffer
  ) throws {
    let (mean, deviation) = (normalization.mean, normalization.standardDeviation)
    try enqueue(
      "normalize_picture", .normalizePicture, over: [pixels, pictures], planes, Int32(pixels), ranges,
      Int32(normalization.scaling == .maximum ? rangeGroups : 0), SIMD4(mean[0], mean[1], mean[2], 0),
      SIMD4(deviation[0], deviation[1], deviation[2], 1))
  }

  /// Converts `count` maps to 8-bit grey.
  mutating func quantize(
    _ maps: Buffer, _ form: MapForm, pixels: Int, count: Int, ranges: Buffer, to grey: Buffer
  ) throws {
    try enqueue(
      "quantize_map", .quantizeMap, over: [pixels, count], maps, Int32(pixels), form.rawValue, ranges,
      Int32(rangeGroups), grey)
  }
}

/// A resize of 8-bit samples in buffers. Offsets are in bytes.
struct Resize {
  let from: Size
  let to: Size
  let channels: Int
  let filter: ResizeFilter
  var sourceOffset = 0
  var targetOffset = 0
}

extension Color {
  /// The colour as RRGGBB.
  var packed: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }
}
