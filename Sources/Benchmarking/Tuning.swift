package import Caches
import Engine
package import Models
import Networks
import OpenCL
import Tensors
package import U2Net

/// Finds the fastest method for each convolution of a model on a device by measuring, and keeps the results in the
/// cache. Everything that runs the model on that device uses them from then on.
package struct Tuning: Sendable {
  /// The model; its weights do not affect the time.
  package var model: Model
  /// The requested device.
  package var device: DeviceRequest
  /// How activations and weights are stored; `.auto` is half precision on a GPU and single precision elsewhere.
  package var precision = PrecisionRequest.auto
  /// Whether it is an error if another device would run.
  package var strict = false
  /// The side of the network's input, in pixels; nil for the model's own.
  package var size: Int?
  /// The batch size.
  package var batch = 1
  /// The time after which no further method is tried, in seconds.
  package var seconds = 60.0
  /// Where the results are kept.
  package var cache: Cache

  /// Creates a tuning with the default settings.
  package init(_ model: Model, device: DeviceRequest = .auto, cache: Cache = Cache()) {
    self.model = model
    self.device = device
    self.cache = cache
  }

  /// Measures the methods that the cache has no result for, and then the whole network with and without tuning.
  ///
  /// - Parameter progress: called with the number of finished convolutions, and of all.
  /// - Throws: `Failure` if there is no such device, if the device has nothing to tune, or if there is no cache.
  package func run(progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }) throws(Failure) -> TuningReport {
    guard seconds.isFinite, seconds >= 0 else {
      throw Failure(.usage, "the time to tune must be a number of seconds that is not negative")
    }
    try SaliencyDetector.check(batch: batch)
    guard case .folder = cache.location else {
      throw Failure(.file, "there is no cache to keep the results in; set U2CL_CACHE or HOME to a folder")
    }
    let side = try model.inputSize(side: size)
    let choice = try DeviceChoice(device, strict: strict)
    return try choice.running(mayFallBack: device.mayFallBack && !strict) { choice in
      try run(Shape(batch: batch, channels: 3, height: side.height, width: side.width), on: choice, progress)
    }
  }

  private func run(
    _ shape: Shape, on choice: DeviceChoice, _ progress: (_ done: Int, _ of: Int) -> Void
  ) throws -> TuningReport {
    guard case .openCL(let openCLDevice) = choice.device.backend else {
      throw Failure(.device, "\(choice.device) has no kernels to choose from; tune an OpenCL device")
    }
    // A driver that ends the process ends another one.
    _ = try choice.device.compile(
      model, for: shape,
      CompilationOptions(maps: .saliency, precision: precision, cache: cache, usesTunings: false))
    let session = try DeviceSession(device: openCLDevice, cache: cache, usesTunings: false)
    let precision = precision(on: openCLDevice)
    guard var tuner = try Tuner(session: session, precision: precision, cache: cache) else {
      throw Failure(.device, "\(choice.device) has no kernels to choose from: only the portable ones work there")
    }
    let graph = try model.network.graph(for: shape).selecting(outputs: [0])
    let clock = ContinuousClock()
    let start = clock.now
    let (results, timeIsUp) = tuner.tune(graph, seconds: seconds, progress: progress)
    let spent = start.duration(to: clock.now).seconds
    let runs = try compared(shape, precision, on: choice.device)
    return TuningReport(
      model: model.name, size: shape.size, batch: batch, device: DeviceReport(choice, asked: device),
      precision: precision, seconds: spent, timeIsUp: timeIsUp, results: results, baseline: runs.baseline,
      tuned: runs.tuned)
  }

  /// The precision that is tuned.
  private func precision(on device: Device) -> Precision {
    switch precision {
    case .auto: device.kind == .gpu ? .float16 : .float32
    case .fp32: .float32
    case .fp16: .float16
    }
  }

  /// The times of whole runs with the default methods and with the tuned ones, measured in turn.
  private func compared(
    _ shape: Shape, _ precision: Precision, on device: ComputeDevice
  ) throws -> (baseline: Statistics, tuned: Statistics) {
    let networks = try [false, true].map { usesTunings in
      let options = CompilationOptions(
        maps: .saliency, precision: precision == .float16 ? .fp16 : .fp32, cache: cache, usesTunings: usesTunings)
      return try device.compile(model, for: shape, options)
    }
    let input = SeededParameters.input(shape: shape)
    for network in networks { for _ in 0..<2 { _ = try network.run(input) } }
    let clock = ContinuousClock()
    let end = clock.now + .seconds(4)
    var samples: [[Double]] = [[], []]
    while samples[0].count < 5 || (samples[0].count < 50 && clock.now < end) {
      for (index, network) in networks.enumerated() {
        samples[index].append(try clock.measure { _ = try network.run(input) }.seconds)
      }
    }
    return (Statistics(samples[0]), Statistics(samples[1]))
  }
}
