public import Caches
import Engine
import Networks
import OpenCL
public import Tensors

/// Finds the fastest way to compute each convolution of a model on a device, by trying, and keeps it in the cache: from
/// then on everything that runs the model on that device uses it.
public struct Tuning: Sendable {
  /// The model; its weights do not matter.
  public var model: Model
  /// Which device.
  public var device: DeviceRequest
  /// How activations and weights are stored; `.auto` is half precision on a GPU.
  public var precision = PrecisionRequest.auto
  /// Whether it is an error when another device than the one asked for would run.
  public var strict = false
  /// The side of the network's input, in pixels; the model's own unless told.
  public var size: Int?
  /// Pictures in one run.
  public var batch = 1
  /// After so many seconds nothing more is tried.
  public var seconds = 60.0
  /// Where the findings are kept.
  public var cache: Cache

  /// A tuning with the usual numbers.
  public init(_ model: Model, device: DeviceRequest = .auto, cache: Cache = Cache()) {
    self.model = model
    self.device = device
    self.cache = cache
  }

  /// Tries what the cache does not know yet, and measures the whole network with and without the findings.
  ///
  /// - Parameter progress: is called with how many convolutions are done, and of how many.
  /// - Throws: `Failure` where the device is not there or has nothing to tune, or where there is no cache to keep it in.
  public func run(progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }) throws(Failure) -> TuningReport {
    guard seconds.isFinite, seconds >= 0 else {
      throw Failure(.usage, "the time to tune must be a number of seconds that is not negative")
    }
    guard Benchmark.batchRange.contains(batch) else {
      throw Failure(
        .usage, "a batch has from \(Benchmark.batchRange.lowerBound) to \(Benchmark.batchRange.upperBound) pictures")
    }
    guard case .folder = cache.location else {
      throw Failure(.file, "there is nowhere to keep what is found; set U2CL_CACHE or HOME to a folder")
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
    // A driver that ends the process does so elsewhere.
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
    let (findings, timeIsUp) = tuner.tune(graph, seconds: seconds, progress: progress)
    let spent = start.duration(to: clock.now).seconds
    let runs = try compared(shape, precision, on: choice.device)
    return TuningReport(
      model: model.name, size: shape.size, batch: batch, device: DeviceReport(choice, asked: device),
      precision: precision, seconds: spent, timeIsUp: timeIsUp, findings: findings, standard: runs.standard,
      tuned: runs.tuned)
  }

  /// What is tuned: on a GPU half precision, unless told.
  private func precision(on device: Device) -> Precision {
    switch precision {
    case .auto: device.kind == .gpu ? .float16 : .float32
    case .fp32: .float32
    case .fp16: .float16
    }
  }

  /// The times of whole runs with the defaults and with the findings, in turn.
  private func compared(
    _ shape: Shape, _ precision: Precision, on device: ComputeDevice
  ) throws -> (standard: Statistics, tuned: Statistics) {
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

/// What a tuning found.
public struct TuningReport: Sendable, Codable {
  /// A method that was measured.
  public struct Candidate: Sendable, Codable {
    /// Such as `direct 20 4`.
    public let method: String
    /// Its median time in seconds.
    public let seconds: Double
    /// What part of the default's time it took; the two were run in turn.
    public let ratio: Double
  }

  /// One convolution of the network.
  public struct Row: Sendable, Codable {
    /// Such as `64→16, 320×320, 3×3`.
    public let convolution: String
    /// How many steps of the network it is.
    public let steps: Int
    /// The method that is used without a tuning, such as `direct 20 4`.
    public let standard: String
    /// Its median time in seconds; nil where it was not measured.
    public let standardSeconds: Double?
    /// The fastest method that was measured.
    public let fastest: String?
    /// What part of the default's time it took; the two were run in turn.
    public let fastestRatio: Double?
    /// Every method that was measured.
    public let candidates: [Candidate]
    /// Candidates that were measured now.
    public let tried: Int
    /// Candidates that the cache knew.
    public let known: Int
    /// Candidates that are not used: they did not build or run, gave other results, or ended a process.
    public let failed: Int
  }

  /// The version of this form.
  public var schema = 1
  /// u2cl's version.
  public var version = u2clVersion
  /// The model's name.
  public let model: String
  /// Rows of the input.
  public let height: Int
  /// Columns of the input.
  public let width: Int
  /// Pictures in one run.
  public let batch: Int
  /// What ran.
  public let device: DeviceReport
  /// How activations and weights are stored.
  public let precision: Precision
  /// How long trying took.
  public let seconds: Double
  /// Whether something was left untried for lack of time; another tuning goes on there.
  public let timeIsUp: Bool
  /// Every convolution, the largest first.
  public let rows: [Row]
  /// Whole runs with the defaults, in seconds.
  public let standard: Statistics
  /// Whole runs with what was found, in seconds; both were measured in turn.
  public let tuned: Statistics

  init(
    model: String, size: Size, batch: Int, device: DeviceReport, precision: Precision, seconds: Double, timeIsUp: Bool,
    findings: [TuningResult], standard: Statistics, tuned: Statistics
  ) {
    self.model = model
    height = size.height
    width = size.width
    self.batch = batch
    self.device = device
    self.precision = precision
    self.seconds = seconds
    self.timeIsUp = timeIsUp
    self.standard = standard
    self.tuned = tuned
    rows = findings.map { finding in
      Row(
        convolution: finding.problem.text, steps: finding.count, standard: finding.baseline.method.text,
        standardSeconds: finding.baseline.seconds, fastest: finding.fastest?.method.text,
        fastestRatio: finding.fastest?.ratio,
        candidates: finding.measured.map { Candidate(method: $0.method.text, seconds: $0.seconds, ratio: $0.ratio) },
        tried: finding.tried, known: finding.known, failed: finding.failed)
    }
  }
}
