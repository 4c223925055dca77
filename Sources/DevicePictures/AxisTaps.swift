import Pictures
import OpenCL

/// `FilterTaps` on a device: what the kernels of `filter_picture.cl` take.
struct AxisTaps {
  /// First source sample and number of samples of each place, as `int2`.
  let places: Buffer
  /// `weights[place * stride + tap]`.
  let weights: Buffer
  let stride: Int32

  init(_ axis: Axis, queue: Queue) throws {
    let taps = FilterTaps(from: axis.source, to: axis.target, filter: axis.filter)
    let places = zip(taps.firsts, taps.counts).map { SIMD2(Int32($0), Int32($1)) }
    self.places = try Self.buffer(of: places, queue)
    weights = try Self.buffer(of: taps.weights, queue)
    stride = Int32(taps.stride)
  }

  private static func buffer<Element: BitwiseCopyable>(of elements: [Element], _ queue: Queue) throws -> Buffer {
    let buffer = try Buffer(context: queue.context, byteCount: elements.count * MemoryLayout<Element>.stride)
    try elements.withUnsafeBytes { try queue.write($0, to: buffer) }
    return buffer
  }

  /// What taps follow from.
  struct Axis: Hashable {
    let source: Int
    let target: Int
    let filter: ResizeFilter
  }
}

/// The taps that a queue's kernels have used lately: pictures of a folder are often of one size.
struct TapsCache {
  private static let capacity = 64

  private let queue: Queue
  private var known: [AxisTaps.Axis: AxisTaps] = [:]

  init(queue: Queue) { self.queue = queue }

  mutating func taps(_ axis: AxisTaps.Axis) throws -> AxisTaps {
    if let taps = known[axis] { return taps }
    if known.count >= Self.capacity { known.removeAll() }
    let taps = try AxisTaps(axis, queue: queue)
    known[axis] = taps
    return taps
  }
}
