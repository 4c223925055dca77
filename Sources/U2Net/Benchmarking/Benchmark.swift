public import Caches
import Engine
import Pictures
import Networks
import OpenCL
import Tensors

/// How fast a model is on a device, measured: warm-up runs that are not counted, then runs until there are enough and
/// enough time has passed.
public struct Benchmark: Sendable {
  /// The model; its weights do not matter for the time.
  public var model: Model
  /// How long it took to load, in seconds, where that was measured.
  public var loadSeconds: Double?
  /// Which device.
  public var device: DeviceRequest
  /// How activations and weights are stored.
  public var precision = PrecisionRequest.auto
  /// Whether it is an error when another device would run.
  public var strict = false
  /// The side of the input, in pixels; nil for the model's own.
  public var size: Int?
  /// Pictures in one run.
  public var batch = 1
  /// Which maps are computed: what `u2cl run` does unless it is told to write them all.
  public var maps = MapSelection.saliency
  /// Runs before the clock counts.
  public var warmup = 10
  /// The least number of runs that count.
  public var runs = 50
  /// The least time that the counted runs take, in seconds.
  public var minimumSeconds = 3.0
  /// After so many seconds neither warm-up nor counted runs go on, for devices that take seconds for one.
  public var maximumSeconds = 60.0
  /// Whether the launches of a run are timed as well, one by one, after everything else.
  public var perLayer = false
  /// Whether one run more is traced, after everything else.
  public var traces = false
  /// Whether the device's peak of fused multiply-adds is measured as well, after the counted runs.
  public var measuresPeak = true
  /// Where compiled programs are kept from one process to the next.
  public var cache = Cache()
  /// Whether what a tuning found is used.
  public var usesTunings = true
  /// The names of the plan's passes that are left out, such as `fuse ReLU`, to see what they gain.
  public var withoutPasses: [String] = []

  /// A measurement with the usual numbers.
  public init(model: Model, device: DeviceRequest = .auto) {
    self.model = model
    self.device = device
  }

  /// A measurement with the usual numbers, that of loading the model included.
  public init(device: DeviceRequest = .auto, loading load: () throws(Failure) -> Model) throws(Failure) {
    let clock = ContinuousClock()
    let start = clock.now
    self.init(model: try load(), device: device)
    loadSeconds = start.duration(to: clock.now).seconds
  }

  /// What a measurement gives.
  public struct Outcome: Sendable {
    /// The figures.
    public let report: BenchmarkReport
    /// One run, moment by moment, where it was asked for.
    public let trace: FrameTrace?
  }

  /// Measures.
  public func run() throws(Failure) -> Outcome {
    let (shape, choice) = try checked()
    return try choice.running(mayFallBack: device.mayFallBack && !strict) { try measure(shape, on: $0) }
  }

  /// What the plan's passes do to the model on the device, without measuring.
  ///
  /// - Throws: `Failure` where the reference would run: it has no plan.
  public func explain() throws(Failure) -> PlanReport {
    let (shape, choice) = try checked()
    return try choice.running(mayFallBack: device.mayFallBack && !strict) { choice in
      let network = try choice.device.compile(model, for: shape, compilation())
      guard let executor = network.executor else {
        throw Failure(.device, "the CPU reference has no plan to explain; name an OpenCL device with --device")
      }
      return try PlanReport(self, shape, on: choice, network, executor)
    }
  }

  private func compilation() throws -> CompilationOptions {
    CompilationOptions(
      maps: maps, precision: precision, cache: cache, usesTunings: usesTunings,
      plan: try PlanOptions(without: withoutPasses))
  }

  /// Pictures in one run that are taken.
  public static let batchRange = 1...4096

  /// The input's shape and the device, where everything that was asked for makes sense.
  private func checked() throws(Failure) -> (Shape, DeviceChoice) {
    guard runs > 0, warmup >= 0 else { throw Failure(.usage, "runs must be at least 1, warmup at least 0") }
    guard Self.batchRange.contains(batch) else {
      throw Failure(.usage, "a batch has from \(Self.batchRange.lowerBound) to \(Self.batchRange.upperBound) pictures")
    }
    guard minimumSeconds.isFinite, minimumSeconds >= 0 else {
      throw Failure(.usage, "the least time must be a number of seconds that is not negative")
    }
    guard maximumSeconds >= minimumSeconds else {
      throw Failure(.usage, "the most time must be a number of seconds that is not less than the least")
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
    let warmingUp = clock.now
    var warmups = 0
    while warmups < warmup, warmingUp.duration(to: clock.now).seconds < maximumSeconds {
      _ = try frame.run()
      warmups += 1
    }
    let counted = clock.now
    var frames: [Stopwatch] = []
    while true {
      frames.append(try frame.run())
      let seconds = counted.duration(to: clock.now).seconds
      if (frames.count >= runs && seconds >= minimumSeconds) || seconds >= maximumSeconds { break }
    }
    let overlapped = try frame.overlappedImagesPerSecond(for: min(minimumSeconds, maximumSeconds))
    let memory = HostMachine.peakMemory
    let peak = measuresPeak ? try choice.device.peakMultiplyAccumulates(cache: cache) : nil
    let report = BenchmarkReport(
      self, shape, on: choice, network, compileSeconds: compile, firstRun: first, warmups: warmups, frames: frames,
      overlapped: overlapped, preparesOnDevice: frame.preparesOnDevice, peakHostMemory: memory, peak: peak,
      layers: perLayer ? try layers(of: network, on: frame.input()) : nil)
    return Outcome(report: report, trace: traces ? try frame.trace(on: choice.device) : nil)
  }

  /// The median of several profiled runs, launch by launch; nil on the reference.
  private func layers(of network: CompiledNetwork, on input: Tensor) throws -> [LayerReport]? {
    let profiles = try (0..<5).compactMap { _ in try network.profile(input) }
    guard let first = profiles.first else { return nil }
    return first.indices.map { index in
      LayerReport(first[index], seconds: Statistics(profiles.map { $0[index].times.duration }).median)
    }
  }
}

extension ComputeDevice {
  /// Fused multiply-adds per second, measured; nil for the reference.
  func peakMultiplyAccumulates(cache: Cache) throws -> Double? {
    switch backend {
    case .openCL(let device): try FMAPeak(of: DeviceSession(device: device, cache: cache)).multiplyAddsPerSecond
    case .reference: nil
    }
  }
}
