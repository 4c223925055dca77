import Pictures
import OpenCL

/// `FilterTaps` on a device, for the kernels of `filter_picture.cl`.
struct AxisTaps {
  /// For each target sample the first source sample and the number of source samples, as `int2`.
  let ranges: Buffer
  /// The weights of target sample i, from `weights[i * stride]` on.
  let weights: Buffer
  /// The number of weights reserved for each target sample.
  let stride: Int32

  init(_ axis: Axis, queue: Queue) throws {
    let taps = FilterTaps(from: axis.source, to: axis.target, filter: axis.filter)
    let ranges = zip(taps.firsts, taps.counts).map { SIMD2(Int32($0), Int32($1)) }
    self.ranges = try Self.buffer(of: ranges, queue)
    weights = try Self.buffer(of: taps.weights, queue)
    stride = Int32(taps.stride)
  }

  private static func buffer<Element: BitwiseCopyable>(of elements: [Element], _ queue: Queue) throws -> Buffer {
    let buffer = try Buffer(context: queue.context, byteCount: elements.count * MemoryLayout<Element>.stride)
    try elements.withUnsafeBytes { try queue.write($0, to: buffer) }
    return buffer
  }

  /// What determines taps: a resize along one axis.
  struct Axis: Hashable {
    let source: Int
    let target: Int
    let filter: ResizeFilter
  }
}

/// The taps that a queue's kernels used recently: pictures of a folder often have the same size.
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
