package import Caches
import Engine
package import Models
import Pictures
import Networks
import OpenCL
import Tensors
package import U2Net

/// Measures how fast a model is on a device: warm-up runs, then counted runs until there are enough of them and enough
/// time has passed.
package struct Benchmark: Sendable {
  /// The model; its weights do not affect the time.
  package var model: Model
  /// The time to load the model, in seconds; nil if that was not measured.
  package var loadSeconds: Double?
  /// The requested device.
  package var device: DeviceRequest
  /// How activations and weights are stored.
  package var precision = PrecisionRequest.auto
  /// Whether it is an error if another device would run.
  package var strict = false
  /// The side of the input, in pixels; nil for the model's own.
  package var size: Int?
  /// The batch size.
  package var batch = 1
  /// Which maps are computed; `u2cl run` computes the saliency map alone by default.
  package var maps = MapSelection.saliency
  /// How many runs there are, and how long they take.
  package var bounds = RunBounds(warmup: 10, runs: 50, minimumSeconds: 3, maximumSeconds: 60)
  /// Whether every launch of a run is timed, after everything else.
  package var perLayer = false
  /// Whether one more run is traced, after everything else.
  package var traces = false
  /// Whether the device's peak rate of fused multiply-adds is measured, after the counted runs.
  package var measuresPeak = true
  /// Where compiled programs are kept.
  package var cache = Cache()
  /// Whether the results of an earlier tuning are used.
  package var usesTunings = true
  /// The names of the passes to leave out of the plan, such as `fuse ReLU`, to see what they gain.
  package var withoutPasses: [String] = []

  /// Creates a benchmark with the default settings.
  package init(model: Model, device: DeviceRequest = .auto) {
    self.model = model
    self.device = device
  }

  /// Creates a benchmark with the default settings, and measures how long the model takes to load.
  ///
  /// - Throws: `Failure` if the model cannot be loaded.
  package init(device: DeviceRequest = .auto, loading load: () throws(Failure) -> Model) throws(Failure) {
    let clock = ContinuousClock()
    let start = clock.now
    self.init(model: try load(), device: device)
    loadSeconds = start.duration(to: clock.now).seconds
  }

  /// The result of a benchmark.
  package struct Outcome: Sendable {
    /// What was measured.
    package let report: BenchmarkReport
    /// The trace of a run, if it was requested.
    package let trace: FrameTrace?
  }

  /// Measures.
  ///
  /// - Throws: `Failure` if a setting is not valid, or if the device fails.
  package func run() throws(Failure) -> Outcome {
    let (shape, choice) = try checked()
    return try choice.running(mayFallBack: device.mayFallBack && !strict) { try measure(shape, on: $0) }
  }

  /// Describes what the passes of the plan do to the model on the device, without measuring.
  ///
  /// - Throws: `Failure` if the CPU reference would run, which has no plan.
  package func explain() throws(Failure) -> PlanReport {
    let (shape, choice) = try checked()
    return try choice.running(mayFallBack: device.mayFallBack && !strict) { choice in
      let network = try choice.device.compile(model, for: shape, compilation())
      guard let executor = network.executor else {
        throw Failure(.device, "the CPU reference has no plan to explain", remedy: .useOpenCLDevice)
      }
      return try PlanReport(self, shape, on: choice, network, executor)
    }
  }

  private func compilation() throws -> CompilationOptions {
    CompilationOptions(
      maps: maps, precision: precision, cache: cache, usesTunings: usesTunings,
      plan: try PlanOptions(without: withoutPasses))
  }

  /// The shape of the input and the device.
  ///
  /// - Throws: `Failure` if a setting is not valid.
  private func checked() throws(Failure) -> (Shape, DeviceChoice) {
    guard bounds.runs > 0, bounds.warmup >= 0 else {
      throw Failure(.usage, "there must be at least 1 counted run, and no fewer than 0 warm-up runs")
    }
    try SaliencyDetector.check(batch: batch)
    guard bounds.minimumSeconds.isFinite, bounds.minimumSeconds >= 0 else {
      throw Failure(.usage, "the minimum time must be a number of seconds that is not negative")
    }
    guard bounds.maximumSeconds >= bounds.minimumSeconds else {
      throw Failure(.usage, "the maximum time must not be less than the minimum time")
    }
    let side = try model.inputSize(side: size)
    let shape = Shape(batch: batch, channels: 3, height: side.height, width: side.width)
    return (shape, try DeviceChoice(device, strict: strict))
  }

  private func measure(_ shape: Shape, on choice: DeviceChoice) throws -> Outcome {
    let options = try compilation()
    let clock = ContinuousClock()
    let start = clock.now
    let network = try choice.device.compile(model, for: shape, options)
    let compile = start.duration(to: clock.now).seconds
    let frame = try BenchmarkFrame(model, network, shape, maps: maps, on: choice.device)
    let first = try frame.run()
    let warmups = try warmUp(frame)
    let frames = try countedRuns(of: frame)
    let overlapped = try frame.overlappedImagesPerSecond(for: min(bounds.minimumSeconds, bounds.maximumSeconds))
    let memory = HostMachine.peakMemory
    let peak = measuresPeak ? try choice.device.peakMultiplyAccumulates(cache: cache) : nil
    let report = BenchmarkReport(
      self, shape, on: choice, network, compileSeconds: compile, firstRun: first, warmups: warmups, frames: frames,
      overlapped: overlapped, preparesOnDevice: frame.preparesOnDevice, peakHostMemory: memory, peak: peak,
      layers: perLayer ? try layers(of: network, on: frame.input()) : nil)
    return Outcome(report: report, trace: traces ? try frame.trace(on: choice.device) : nil)
  }

  /// Runs without counting.
  ///
  /// - Returns: the number of runs.
  private func warmUp(_ frame: BenchmarkFrame) throws -> Int {
    let clock = ContinuousClock()
    let start = clock.now
    var count = 0
    while count < bounds.warmup, start.duration(to: clock.now).seconds < bounds.maximumSeconds {
      _ = try frame.run()
      count += 1
    }
    return count
  }

  private func countedRuns(of frame: BenchmarkFrame) throws -> [Stopwatch] {
    let clock = ContinuousClock()
    let start = clock.now
    var frames: [Stopwatch] = []
    while true {
      frames.append(try frame.run())
      if bounds.areReached(by: frames.count, in: start.duration(to: clock.now).seconds) { return frames }
    }
  }

  /// The median time of each launch over several profiled runs; nil for the reference.
  private func layers(of network: CompiledNetwork, on input: Tensor) throws -> [LayerReport]? {
    let profiles = try (0..<5).compactMap { _ in try network.executor?.profile(input) }
    guard let first = profiles.first else { return nil }
    return first.indices.map { index in
      LayerReport(first[index], seconds: Statistics(profiles.map { $0[index].times.duration }).median)
    }
  }
}

extension ComputeDevice {
  /// The measured rate of fused multiply-adds, per second; nil for the reference.
  fileprivate func peakMultiplyAccumulates(cache: Cache) throws -> Double? {
    switch backend {
    case .openCL(let device): try FMAPeak(of: DeviceSession(device: device, cache: cache)).multiplyAddsPerSecond
    case .reference: nil
    }
  }
}
