package import Engine
package import Pictures
import Matting
import OpenCL
package import Tensors

/// Computes masks from decoded pictures entirely on the device: resize, normalisation, network, stretching and the
/// resize back. It uses three queues with two batches in flight, so that one batch is copied while the other is
/// computed.
///
/// Not Sendable: use a pipeline from one thread at a time.
package final class PicturePipeline {
  /// The largest number of batches in flight.
  package static let depth = 2

  /// The batch size: the largest number of pictures in a batch.
  package let batch: Int

  let preprocessing: Preprocessing
  /// Whether the maps are probabilities; otherwise they are logits.
  package let areProbabilities: Bool
  /// How edges are refined.
  let guided = GuidedUpsampling()
  private let executor: Executor
  let arrival: Queue
  let departure: Queue
  private var inbound: PictureKernels
  var outbound: PictureKernels
  /// Memory for refining. The queue `departure` refines one picture after the other, whichever their lanes.
  var refinement: RefinementMemory
  /// Memory for cut-outs, used in the same way.
  var foreground: ForegroundMemory
  let lanes: [PictureLane]
  private var next = 0

  /// A pipeline around an executor, whose first output must have one channel.
  ///
  /// - Parameters:
  ///   - areProbabilities: whether that output is probabilities; otherwise it is logits.
  ///   - workGroup: the most work-items of a work-group that makes results of maps, a power of two up to 256; nil for
  ///     what suits the device.
  /// - Throws: `CLBuildError` if a kernel does not build; `DeviceMemoryError`; `CLError`.
  package init(
    executor: Executor, session: DeviceSession, preprocessing: Preprocessing, areProbabilities: Bool = true,
    workGroup: Int? = nil
  ) throws {
    precondition(executor.firstOutputShape.channels == 1, "a mask has one channel")
    self.executor = executor
    self.preprocessing = preprocessing
    self.areProbabilities = areProbabilities
    batch = executor.inputShape.batch
    arrival = try Queue(context: session.context)
    departure = try Queue(context: session.context)
    inbound = PictureKernels(session: session, queue: arrival)
    outbound = PictureKernels(session: session, queue: departure, group: workGroup)
    refinement = RefinementMemory(context: session.context)
    foreground = ForegroundMemory(context: session.context)
    let (arrival, departure, groups) = (arrival, departure, inbound.rangeGroups)
    lanes = try (0..<Self.depth).map { _ in
      try PictureLane(executor: executor, arrival: arrival, departure: departure, rangeGroups: groups)
    }
  }

  deinit {
    // Pinned memory and buffers are in use until the queues have finished.
    for queue in [arrival, executor.queue, departure] { try? queue.finish() }
    for lane in lanes { lane.pending = nil }
  }

  /// Starts a batch and returns at once. If `depth` batches are in flight already, waits for the oldest.
  ///
  /// - Parameter pictures: at most `batch`.
  /// - Throws: `DeviceMemoryError`, `CLBuildError`, `CLError`.
  package func submit(_ pictures: [Picture]) throws -> PendingResults<[RenderedMask]> {
    let lane = try freeLane()
    let layout = maskLayout(of: pictures)
    try sendThroughNetwork(pictures, lane)
    try render(layout, lane)
    return try download(layout.byteCount, from: lane, as: layout.masks)
  }

  /// The lane for the next batch, after waiting for the batch that uses it.
  func freeLane() throws -> PictureLane {
    let lane = lanes[next]
    next = (next + 1) % lanes.count
    try lane.pending?.land()
    return lane
  }

  /// Enqueues everything from the pictures to the lane's maps. What is enqueued on `departure` from now on waits for
  /// the maps.
  func sendThroughNetwork(_ pictures: [Picture], _ lane: PictureLane) throws {
    try upload(pictures, lane)
    try prepare(pictures, lane)
    let arrived = try arrival.marker()
    try executor.queue.wait(for: arrived)
    try compute(lane)
    let computed = try executor.queue.marker()
    try departure.wait(for: computed)
  }

  /// The size of the network's first output.
  var mapSize: Size { executor.firstOutputShape.size }

  /// How the kernels read the values of maps.
  var mapForm: MapForm { MapForm(preprocessing.mapNormalization, areProbabilities: areProbabilities) }

  private func maskLayout(of pictures: [Picture]) -> MaskLayout {
    let ranges = MapRanges(
      maps: pictures.count, groups: outbound.rangeGroups, pixels: mapSize.height * mapSize.width)
    return MaskLayout(sizes: pictures.map(\.size), ranges: ranges)
  }

  /// A stage of a batch, for measurements.
  package enum Stage: CaseIterable {
    /// Copies the pictures' samples to the device.
    case upload
    /// Resizes and normalises.
    case prepare
    /// Enqueues the network: the host's part of `compute`.
    case enqueue
    /// Runs the network.
    case compute
    /// Makes masks of maps.
    case render
    /// Copies the masks from the device.
    case download
  }

  /// The masks of one batch. Waits for the device after each stage.
  ///
  /// - Parameter ended: called after each stage.
  package func masks(of pictures: [Picture], afterEach ended: (Stage) -> Void) throws -> [RenderedMask] {
    for lane in lanes { try lane.pending?.land() }
    let lane = lanes[0]
    let layout = maskLayout(of: pictures)
    try upload(pictures, lane)
    try arrival.finish()
    ended(.upload)
    try prepare(pictures, lane)
    try arrival.finish()
    ended(.prepare)
    try compute(lane)
    ended(.enqueue)
    try executor.queue.finish()
    ended(.compute)
    try render(layout, lane)
    try departure.finish()
    ended(.render)
    let masks = try download(layout.byteCount, from: lane, as: layout.masks).results()
    ended(.download)
    return masks
  }
}

extension PicturePipeline {
  /// The network's input for a batch, `[batch, 3, height, width]`.
  package func input(from pictures: [Picture]) throws -> Tensor {
    let lane = lanes[0]
    try lane.pending?.land()
    try upload(pictures, lane)
    try prepare(pictures, lane)
    return try Tensor(shape: executor.inputShape) { values in
      try arrival.read(lane.input, into: UnsafeMutableRawBufferPointer(values))
    }
  }

  /// A map that rises from corner to corner, and the masks that the device makes of it for a picture's size.
  func masks(ofRampFor picture: Picture) throws -> (map: Tensor, masks: [RenderedMask]) {
    let lane = lanes[0]
    try lane.pending?.land()
    let shape = executor.firstOutputShape
    let one = Shape(channels: 1, height: shape.height, width: shape.width)
    let map = Tensor(shape: one) { values in
      for i in values.indices { values[i] = Float(i) / Float(values.count) * 3 - 1 }
    }
    try map.values.withUnsafeBytes { try departure.write($0, to: lane.maps) }
    let layout = maskLayout(of: [picture])
    try render(layout, lane)
    return (map, try download(layout.byteCount, from: lane, as: layout.masks).results())
  }

  func upload(_ pictures: [Picture], _ lane: PictureLane) throws {
    precondition((1...batch).contains(pictures.count), "\(pictures.count) pictures in a batch of \(batch)")
    try lane.upload(pictures)
  }

  /// Resizes and normalises the pictures. Behind an incomplete batch, data of the previous batch remain; they are
  /// computed, and their results are ignored.
  private func prepare(_ pictures: [Picture], _ lane: PictureLane) throws {
    let (size, background) = (preprocessing.size, preprocessing.background)
    let pixels = size.height * size.width
    for (index, region) in PictureRegion.regions(of: pictures).enumerated() {
      let element = index * 3 * pixels
      guard let filter = preprocessing.resampling.pictureFilter else {
        try inbound.sample(
          region, over: background, from: lane.samples, to: lane.input, at: element, size,
          repeatsBorder: preprocessing.resampling == .bilinear)
        continue
      }
      let resize = Resize(from: region.size, to: size, channels: 3, filter: filter)
      let (flat, small) = try lane.inboundBuffers(for: resize)
      try inbound.flatten(region, over: background, from: lane.samples, to: flat)
      try inbound.resize(resize, from: flat, to: small, between: &lane.betweenInbound)
      try inbound.planes(of: small, to: lane.input, at: element, size)
    }
    if preprocessing.normalization.scaling == .maximum {
      try inbound.ranges(of: lane.input, count: 3 * pixels, parts: pictures.count, to: lane.inputRanges)
    }
    try inbound.normalize(
      lane.input, preprocessing.normalization, pixels: pixels, pictures: pictures.count, ranges: lane.inputRanges)
  }

  private func compute(_ lane: PictureLane) throws {
    try executor.enqueueInput(from: lane.input)
    try executor.enqueue()
    try executor.enqueueFirstOutput(to: lane.maps)
  }

  /// Makes masks of the maps, each with its picture's size, and copies the maps' ranges after them.
  private func render(_ layout: MaskLayout, _ lane: PictureLane) throws {
    let (size, ranges) = (mapSize, layout.ranges)
    let (pixels, count) = (ranges.pixels, ranges.maps)
    try outbound.ranges(of: lane.maps, count: pixels, parts: count, to: lane.mapRanges)
    try outbound.count(
      in: lane.maps, notBelow: MapRange.half(areProbabilities: areProbabilities), ranges, to: lane.mapRanges)
    try outbound.quantize(lane.maps, mapForm, pixels: pixels, count: count, ranges: lane.mapRanges, to: lane.grey)
    let target = try lane.masks(byteCount: layout.byteCount)
    try departure.copy(
      lane.mapRanges, offset: 0, to: target, targetOffset: layout.rangeOffset, count: ranges.byteCount)
    for (index, offset) in zip(layout.sizes.indices, layout.offsets) {
      let resize = Resize(
        from: size, to: layout.sizes[index], channels: 1, filter: preprocessing.mapResampling.maskFilter,
        sourceOffset: index * pixels, targetOffset: offset)
      try outbound.resize(resize, from: lane.grey, to: target, between: &lane.betweenOutbound)
    }
  }

  /// Starts to copy a batch's `byteCount` bytes to the host, where `take` makes the results from them.
  func download<Results>(
    _ byteCount: Int, from lane: PictureLane, as take: @escaping (UnsafeRawBufferPointer) throws -> Results
  ) throws -> PendingResults<Results> {
    try lane.download(byteCount)
    let pending = PendingResults(lane, downloaded: try departure.marker(), take: take)
    lane.pending = pending
    return pending
  }
}

extension Resampling {
  /// The filter of a picture's resize; nil for plain sampling.
  fileprivate var pictureFilter: ResizeFilter? {
    switch self {
    case .bilinear, .bilinearConstant: nil
    case .antialiased: .triangle
    case .lanczos: .lanczos3
    }
  }

  /// The filter of a mask's resize.
  fileprivate var maskFilter: ResizeFilter { self == .lanczos ? .lanczos3 : .triangle }
}
