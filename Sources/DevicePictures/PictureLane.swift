import Engine
import Pictures
import OpenCL
import Tensors

/// The memory of one batch in flight.
final class PictureLane {
  /// The network's input, `[batch, 3, height, width]` float32.
  let input: Buffer
  /// The ranges of the input's pictures.
  let inputRanges: Buffer
  /// The network's first output, `[batch, 1, height, width]` float32.
  let maps: Buffer
  /// The ranges of the maps, and their counts: see `MapRanges`.
  let mapRanges: Buffer
  /// The maps as 8-bit grey.
  let grey: Buffer
  /// The pictures' samples.
  private(set) var samples: Buffer
  /// The batch that uses the lane; nil if there is none.
  var pending: (any PendingBatch)?

  private let arrival: Queue
  private let departure: Queue
  private var uploading: GrowingPinnedMemory
  private var downloading: GrowingPinnedMemory
  private var samplesMemory: GrowingBuffer
  private var flat: GrowingBuffer
  private var small: GrowingBuffer
  private var maskMemory: GrowingBuffer
  /// The results of a resize's first pass.
  var betweenInbound: GrowingBuffer
  var betweenOutbound: GrowingBuffer
  private let sharesMemory: Bool
  /// The memory of the last download.
  private(set) var downloaded = UnsafeRawBufferPointer(start: nil, count: 0)

  init(executor: Executor, arrival: Queue, departure: Queue, rangeGroups: Int) throws {
    let context = arrival.context
    func floats(_ count: Int) throws -> Buffer {
      let buffer = try Buffer(context: context, byteCount: count * MemoryLayout<Float>.stride)
      try arrival.fill(buffer, with: 0)
      return buffer
    }
    let (batch, output) = (executor.inputShape.batch, executor.firstOutputShape)
    input = try floats(executor.inputShape.elementCount)
    inputRanges = try floats(2 * batch * rangeGroups)
    maps = try floats(output.elementCount)
    mapRanges = try floats(3 * batch * rangeGroups)
    grey = try Buffer(context: context, byteCount: output.elementCount)
    try arrival.finish()
    (self.arrival, self.departure) = (arrival, departure)
    uploading = GrowingPinnedMemory(queue: arrival)
    downloading = GrowingPinnedMemory(queue: departure)
    sharesMemory = context.device.sharesHostMemory
    samplesMemory = GrowingBuffer(context: context, hostVisible: sharesMemory)
    samples = try samplesMemory.holding(1)
    flat = GrowingBuffer(context: context)
    small = GrowingBuffer(context: context)
    maskMemory = GrowingBuffer(context: context)
    betweenInbound = GrowingBuffer(context: context)
    betweenOutbound = GrowingBuffer(context: context)
  }

  /// Copies the pictures' samples to the device, one picture after the other. Waits only if the device shares the
  /// host's memory.
  func upload(_ pictures: [Picture]) throws {
    let regions = PictureRegion.regions(of: pictures)
    let count = regions.last.map { $0.offset + $0.byteCount } ?? 0
    samples = try samplesMemory.holding(count)
    func copy(to target: UnsafeMutableRawBufferPointer) {
      for (picture, region) in zip(pictures, regions) {
        let range = region.offset..<region.offset + region.byteCount
        picture.copySamples(to: UnsafeMutableRawBufferPointer(rebasing: target[range]))
      }
    }
    if sharesMemory { return try arrival.write(to: samples, count: count, copy) }
    let staging = try uploading.holding(count)
    copy(to: staging.bytes)
    try arrival.beginWrite(staging, count: count, to: samples)
  }

  /// Buffers for a picture as RGB before and after a resize.
  func inboundBuffers(for resize: Resize) throws -> (flat: Buffer, small: Buffer) {
    (
      try flat.holding(resize.from.height * resize.from.width * 3),
      try small.holding(resize.to.height * resize.to.width * 3)
    )
  }

  /// A buffer for the batch's masks or mattes.
  func masks(byteCount: Int) throws -> Buffer { try maskMemory.holding(byteCount) }

  /// Starts to copy `count` bytes of the batch's masks or mattes to the host.
  func download(_ count: Int) throws {
    let target = try downloading.holding(count)
    try departure.beginRead(try maskMemory.holding(count), count: count, into: target)
    downloaded = UnsafeRawBufferPointer(rebasing: target.bytes[..<count])
  }
}
