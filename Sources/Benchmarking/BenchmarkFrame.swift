import DevicePictures
import Engine
import Pictures
import Networks
import OpenCL
import Models
import Tensors
import U2Net

/// A batch of pictures that goes through a model as in `u2cl run`, without decoding and encoding.
struct BenchmarkFrame {
  /// The size of the synthetic pictures.
  static let pictureSize = Size(height: 480, width: 640)

  private let network: CompiledNetwork
  private let pictures: [Picture]
  private let preprocessing: Preprocessing
  /// The pipeline on the device; nil if the host prepares pictures.
  private let pipeline: PicturePipeline?

  init(_ model: Model, _ network: CompiledNetwork, _ shape: Shape, maps: MapSelection, on device: ComputeDevice) throws
  {
    self.network = network
    preprocessing = Preprocessing(size: shape.size, normalization: model.normalization)
    pictures = Array(repeating: Self.picture, count: shape.batch)
    let location = maps == .saliency ? SaliencyDetector.PreprocessingLocation(on: device) : .host
    pipeline = try OnDevicePictures(network, model.profile, preprocessing, location).pipeline
  }

  /// A picture in which neighbouring pixels differ.
  private static var picture: Picture {
    let count = pictureSize.height * pictureSize.width * 3
    let samples = (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 16) }
    return Picture(size: pictureSize, hasAlpha: false, samples: .bits8(samples))
  }

  /// The network's input.
  func input() -> Tensor { preprocessing.input(from: pictures) }

  /// Whether the device prepares pictures and makes masks.
  var preparesOnDevice: Bool { pipeline != nil }

  /// The pictures per second with two batches in flight; nil if the host prepares pictures.
  ///
  /// - Parameter seconds: the duration of the measurement.
  func overlappedImagesPerSecond(for seconds: Double) throws -> Double? {
    guard let pipeline else { return nil }
    let clock = ContinuousClock()
    var pending = [try pipeline.submit(pictures), try pipeline.submit(pictures)]
    _ = try pending.removeFirst().results()
    let start = clock.now
    var count = 0
    repeat {
      pending.append(try pipeline.submit(pictures))
      _ = try pending.removeFirst().results()
      count += pictures.count
    } while start.duration(to: clock.now).seconds < seconds
    return Double(count) / start.duration(to: clock.now).seconds
  }

  /// Runs the batch through the pipeline on the device, and times each part.
  private func deviceFrame(_ pipeline: PicturePipeline, timedBy watch: Stopwatch) throws {
    try watch.time(.wall) {
      try watch.time(.run) {
        var start = watch.clock.now
        _ = try pipeline.masks(of: pictures) { stage in
          watch.note(stage.phase, since: start)
          if stage != .enqueue { start = watch.clock.now }
        }
      }
    }
  }

  /// Runs the batch once, and times each part.
  func run() throws -> Stopwatch {
    let watch = Stopwatch()
    if let pipeline {
      try deviceFrame(pipeline, timedBy: watch)
      return watch
    }
    try frame(timedBy: watch) { try network.run($0, timedBy: watch) }
    return watch
  }

  /// Runs the batch once on a queue that records when each launch ran.
  func trace(on device: ComputeDevice) throws -> FrameTrace {
    let watch = Stopwatch()
    var launches: [LaunchTiming] = []
    try frame(timedBy: watch) { input in
      let traced = try network.trace(input, timedBy: watch)
      launches = traced.launches
      return traced.outputs
    }
    return FrameTrace(watch.spans, launches, device: device)
  }

  private func frame(timedBy watch: Stopwatch, _ run: (Tensor) throws -> [Tensor]) throws {
    try watch.time(.wall) {
      let input = watch.time(.pre) { self.input() }
      let maps = try watch.time(.run) { try run(input) }
      if maps.allSatisfy({ $0.shape.rank == 4 && $0.shape.channels == 1 }) {
        watch.time(.post) { for map in maps { makeMasks(of: map) } }
      }
    }
  }

  /// Makes the masks of a map `[batch, 1, height, width]` and discards them.
  private func makeMasks(of map: Tensor) {
    let plane = map.shape.height * map.shape.width
    for (index, picture) in pictures.enumerated() {
      let values = pictures.count == 1 ? map.values : Array(map.values[index * plane..<(index + 1) * plane])
      _ = Mask(saliency: values, of: map.shape.size, resizedTo: picture.size)
    }
  }
}

extension PicturePipeline.Stage {
  fileprivate var phase: BenchmarkPhase {
    switch self {
    case .upload: .upload
    case .prepare: .pre
    case .enqueue: .enqueue
    case .compute: .compute
    case .render: .post
    case .download: .download
    }
  }
}
