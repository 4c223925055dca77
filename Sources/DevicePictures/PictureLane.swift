import Engine
import Pictures
import OpenCL
import Tensors

/// The memory of one batch in flight.
final class PictureLane {
  /// The network's input, `[batch, 3, height, width]`, and the ranges of its pictures.
  let input: Buffer
  let inputRanges: Buffer
  /// The network's first output, `[batch, 1, height, width]`, the ranges of its maps, and the maps as grey.
  let maps: Buffer
  let mapRanges: Buffer
  let grey: Buffer
  /// The pictures' samples.
  private(set) var samples: Buffer
  /// The batch that is on its way through here.
  var pending: (any PendingBatch)?

  private let arrival: Queue
  private let departure: Queue
  private var uploading: GrowingPinnedMemory
  private var downloading: GrowingPinnedMemory
  private var samplesMemory: GrowingBuffer
  private var flat: GrowingBuffer
  private var small: GrowingBuffer
  private var maskMemory: GrowingBuffer
  /// What a resize's first pass leaves.
  var betweenInbound: GrowingBuffer
  var betweenOutbound: GrowingBuffer
  private let sharesMemory: Bool
  /// What was last downloaded, once it is there.
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
    mapRanges = try floats(2 * batch * rangeGroups)
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

  /// Copies the pictures' samples, one picture behind the other; no wait but for a device that shares our memory.
  func upload(_ pictures: [Picture]) throws {
    let places = PicturePlace.places(of: pictures)
    let count = places.last.map { $0.offset + $0.byteCount } ?? 0
    samples = try samplesMemory.holding(count)
    func copy(to target: UnsafeMutableRawBufferPointer) {
      for (picture, place) in zip(pictures, places) {
        let range = place.offset..<place.offset + place.byteCount
        picture.copySamples(to: UnsafeMutableRawBufferPointer(rebasing: target[range]))
      }
    }
    if sharesMemory { return try arrival.write(to: samples, count: count, copy) }
    let staging = try uploading.holding(count)
    copy(to: staging.bytes)
    try arrival.beginWrite(staging, count: count, to: samples)
  }

  /// Memory for a picture as RGB, and for what becomes of it.
  func inboundBuffers(for resize: Resize) throws -> (flat: Buffer, small: Buffer) {
    (
      try flat.holding(resize.from.height * resize.from.width * 3),
      try small.holding(resize.to.height * resize.to.width * 3)
    )
  }

  /// Memory for the batch's masks.
  func masks(byteCount: Int) throws -> Buffer { try maskMemory.holding(byteCount) }

  /// Begins to copy the batch's masks to the host.
  func download(_ count: Int) throws {
    let target = try downloading.holding(count)
    try departure.beginRead(try maskMemory.holding(count), count: count, into: target)
    downloaded = UnsafeRawBufferPointer(rebasing: target.bytes[..<count])
  }
}
