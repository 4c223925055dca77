public import Caches
import Networks
import OpenCL
import Tensors

/// How fast a model is on a device, measured: warm-up runs that are not counted, then runs until there are enough and
/// enough time has passed.
public struct Benchmark: Sendable {
  /// The model; its weights do not matter for the time.
  public var model: Model
  /// Which device.
  public var device: DeviceRequest
  /// Whether it is an error when another device would run.
  public var strict = false
  /// The side of the input, in pixels; nil for the model's own.
  public var size: Int?
  /// Pictures in one run.
  public var batch = 1
  /// Runs before the clock counts.
  public var warmup = 3
  /// The least number of runs that count.
  public var runs = 20
  /// The least time that the counted runs take, in seconds.
  public var minimumSeconds = 1.0
  /// Whether the launches of a run are timed as well, one by one, after everything else.
  public var perLayer = false
  /// Where compiled programs are kept from one process to the next.
  public var cache = Cache()

  /// A measurement with the usual numbers.
  public init(model: Model, device: DeviceRequest = .auto) {
    self.model = model
    self.device = device
  }

  /// Measures.
  public func run() throws(Failure) -> BenchmarkReport {
    guard runs > 0, warmup >= 0 else { throw Failure(.usage, "runs must be at least 1, warmup at least 0") }
    guard Self.batchRange.contains(batch) else {
      throw Failure(.usage, "a batch has from \(Self.batchRange.lowerBound) to \(Self.batchRange.upperBound) pictures")
    }
    guard minimumSeconds.isFinite, minimumSeconds >= 0 else {
      throw Failure(.usage, "the least time must be a number of seconds that is not negative")
    }
    let side = try model.inputSize(side: size)
    let choice = try DeviceChoice(device, strict: strict)
    let shape = Shape(batch: batch, channels: 3, height: side.height, width: side.width)
    return try failing { try measure(shape, on: choice) }
  }

  /// Pictures in one run that are taken.
  public static let batchRange = 1...4096

  private func measure(_ shape: Shape, on choice: DeviceChoice) throws -> BenchmarkReport {
    let clock = ContinuousClock()
    func seconds(_ body: () throws -> Void) rethrows -> Double { try clock.measure(body).seconds }
    var compiled: CompiledNetwork?
    let compile = try seconds { compiled = try choice.device.compile(model, for: shape, cache: cache) }
    guard let network = compiled else { throw Failure(.device, "\(choice.device) compiled nothing") }
    let input = SeededParameters.input(shape: shape)
    let first = try seconds { _ = try network.run(input) }
    for _ in 0..<warmup { _ = try network.run(input) }
    var samples: [Double] = []
    var total = 0.0
    while samples.count < runs || total < minimumSeconds {
      let sample = try seconds { _ = try network.run(input) }
      samples.append(sample)
      total += sample
    }
    return BenchmarkReport(
      model: model.name, size: shape.size, batch: batch, device: DeviceReport(choice, asked: device),
      memory: network.memory.map(MemoryReport.init), compileSeconds: compile, firstRunSeconds: first, warmup: warmup,
      multiplyAccumulates: network.graph.multiplyAccumulates, samples: samples,
      layers: perLayer ? try layers(of: network, on: input) : nil)
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
