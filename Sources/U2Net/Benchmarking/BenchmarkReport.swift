import Engine
import Networks
import OpenCL
public import Tensors

/// The device of a report: what was asked for and what ran.
public struct DeviceReport: Sendable, Hashable, Codable {
  /// As it was asked for.
  public let asked: String
  /// The name of what ran.
  public let name: String
  /// `gpu`, `cpu`, `accelerator`, `other` or `reference`.
  public let kind: String
  /// The OpenCL platform.
  public let platform: String?
  /// The driver's version.
  public let driver: String?
  /// Why it is not what was asked for.
  public let fallback: String?

  /// What a choice came to.
  public init(_ choice: DeviceChoice, asked: DeviceRequest) {
    self.init(choice.device, asked: asked, fallback: choice.fallback)
  }

  /// A device that ran.
  public init(_ device: ComputeDevice, asked: DeviceRequest, fallback: String?) {
    self.asked = "\(asked)"
    name = device.name
    kind = device.kind
    platform = device.platform
    driver = device.driver
    self.fallback = fallback
  }
}

/// One launch of a run.
public struct LayerReport: Sendable, Hashable, Codable {
  /// Such as `stage1`.
  public let block: String
  /// The node whose result it computes, such as `stage1.rebnconv1.relu_s1`.
  public let layer: String
  /// The kernel.
  public let kernel: String
  /// By the device's clock.
  public let seconds: Double
  /// Of a convolution; 0 elsewhere.
  public let multiplyAccumulates: Int
  /// What the layer must read and write at least: its inputs, weights and outputs, once each. Of several launches of a
  /// layer the first has it all, the others 0.
  public let bytes: Int

  init(_ timing: LaunchTiming, seconds: Double) {
    block = timing.block
    layer = timing.label
    kernel = timing.kernel
    multiplyAccumulates = timing.multiplyAdds
    bytes = timing.bytes
    self.seconds = seconds
  }
}

/// Device memory of a report, in bytes.
public struct MemoryReport: Sendable, Hashable, Codable {
  /// The arena of activations.
  public let activations: Int
  /// What the activations would take if none shared memory.
  public let activationsUnshared: Int
  /// The packed weights.
  public let parameters: Int
  /// What kernels keep for themselves while they run.
  public let scratch: Int

  init(_ use: Executor.MemoryUse) {
    activations = use.activations
    activationsUnshared = use.activationsUnshared
    parameters = use.parameters
    scratch = use.scratch
  }
}

/// The times of one part of the counted runs, in seconds.
public struct PhaseReport: Sendable, Hashable, Codable {
  /// Which part.
  public let phase: BenchmarkPhase
  /// Every counted run.
  public let samples: [Double]
  /// What is said of them.
  public let statistics: Statistics

  /// The times of a part in so many runs; nil where the device has no such part.
  init?(_ phase: BenchmarkPhase, in frames: [Stopwatch]) {
    let samples = frames.flatMap { $0.spans.filter { $0.phase == phase }.map(\.seconds) }
    guard !samples.isEmpty else { return nil }
    self.phase = phase
    self.samples = samples
    statistics = Statistics(samples)
  }
}

/// What a benchmark measured. Times are in seconds; a run is upload, network and download.
public struct BenchmarkReport: Sendable, Codable {
  /// The version of this form.
  public var schema = 2
  /// u2cl's version.
  public var version = u2clVersion
  /// The commit that u2cl was built from; nil where the build was not told.
  public var commit = u2clCommit
  /// The operating system.
  public let system: String
  /// The machine.
  public let host: HostMachine
  /// The model's name.
  public let model: String
  /// SHA-256 of the model's file, in hexadecimal; nil for a model that came from none.
  public let modelSHA256: String?
  /// Rows of the input.
  public let height: Int
  /// Columns of the input.
  public let width: Int
  /// Pictures in one run.
  public let batch: Int
  /// Which maps are computed.
  public let maps: MapSelection
  /// The size of the pictures that are resized and masked, `[height, width]`.
  public let picture: [Int]
  /// What ran.
  public let device: DeviceReport
  /// How activations and weights were stored.
  public let precision: Precision
  /// How a GPU makes the products of convolutions, such as `halves on tensor cores (m16n8k16), cp.async`; nil elsewhere.
  public let products: String?
  /// The names of the plan's passes that were left out; nil where none was.
  public let withoutPasses: [String]?
  /// What the reader should know of how the model was compiled, each in one line.
  public let notes: [String]
  /// What it took on the device; nil for the reference.
  public let memory: MemoryReport?
  /// The most memory that the process held on the host, in bytes.
  public let peakHostMemory: Int
  /// Reading the model's file; nil where that was not measured.
  public let loadSeconds: Double?
  /// Planning, building kernels, packing and uploading weights.
  public let compileSeconds: Double
  /// Whether every program came from the cache; nil where none was asked, as on drivers with a cache of their own.
  public let cacheHit: Bool?
  /// Choosing kernels by measuring; nil where nothing was tuned.
  public var tuneSeconds: Double?
  /// The first run, which some drivers compile in.
  public let firstRunSeconds: Double
  /// Runs that are not counted, beside the first.
  public let warmup: Int
  /// Of one run; a convolution counts as its direct sum, however it is computed.
  public let multiplyAccumulates: Int
  /// Every counted run, of the phase `run`.
  public let samples: [Double]
  /// What is said of them.
  public let run: Statistics
  /// The parts of the counted runs, those that the device has.
  public let phases: [PhaseReport]
  /// By the median run.
  public let imagesPerSecond: Double
  /// Whether the device resizes and normalises the pictures and makes the masks; a run is then everything.
  public let preparesOnDevice: Bool
  /// Pictures per second with two batches in flight; nil where the host prepares the pictures.
  public let overlappedImagesPerSecond: Double?
  /// 10⁹ multiply-accumulates per second, by the median run.
  public let gigaMACsPerSecond: Double
  /// 10⁹ float32 multiply-accumulates per second that the device was measured to do at most; nil where that was not
  /// measured.
  public let peakGigaMACsPerSecond: Double?
  /// Every launch, in order, where it was asked for.
  public let layers: [LayerReport]?

  /// - Parameter frames: what the counted runs took, at least one.
  init(
    _ benchmark: Benchmark, _ shape: Shape, on choice: DeviceChoice, _ network: CompiledNetwork,
    compileSeconds: Double, firstRun: Stopwatch, warmups: Int, frames: [Stopwatch], overlapped: Double?,
    preparesOnDevice: Bool, peakHostMemory: Int, peak: Double?, layers: [LayerReport]?
  ) {
    self.preparesOnDevice = preparesOnDevice
    overlappedImagesPerSecond = overlapped
    host = HostMachine()
    system = host.system
    model = benchmark.model.name
    modelSHA256 = benchmark.model.digest
    cacheHit = network.cacheHit
    height = shape.height
    width = shape.width
    batch = shape.batch
    maps = benchmark.maps
    picture = [BenchmarkFrame.pictureSize.height, BenchmarkFrame.pictureSize.width]
    device = DeviceReport(choice, asked: benchmark.device)
    precision = network.precision
    products = network.executor?.products
    withoutPasses = benchmark.withoutPasses.isEmpty ? nil : benchmark.withoutPasses
    notes = network.notes
    memory = network.memory.map(MemoryReport.init)
    self.peakHostMemory = peakHostMemory
    loadSeconds = benchmark.loadSeconds
    self.compileSeconds = compileSeconds
    firstRunSeconds = PhaseReport(.run, in: [firstRun])?.statistics.median ?? 0
    warmup = warmups
    multiplyAccumulates = network.graph.multiplyAccumulates
    phases = BenchmarkPhase.allCases.compactMap { PhaseReport($0, in: frames) }
    samples = frames.flatMap { $0.spans.filter { $0.phase == .run }.map(\.seconds) }
    run = Statistics(samples)
    imagesPerSecond = Double(batch) / run.median
    gigaMACsPerSecond = Double(multiplyAccumulates) / run.median * 1e-9
    peakGigaMACsPerSecond = peak.map { $0 * 1e-9 }
    self.layers = layers
  }

  /// Pictures per second in a phase, by its median.
  public func imagesPerSecond(in phase: PhaseReport) -> Double { Double(batch) / phase.statistics.median }

  /// 10⁹ multiply-accumulates per second in a phase that holds the network, by its median; nil for others.
  public func gigaMACsPerSecond(in phase: PhaseReport) -> Double? {
    switch phase.phase {
    case .compute, .run, .wall: Double(multiplyAccumulates) / phase.statistics.median * 1e-9
    case .pre, .upload, .enqueue, .download, .post: nil
    }
  }

  /// That, as a part of the measured peak. Above 1 where fewer multiplications are done than are counted, as by
  /// Winograd's method.
  public func peakFraction(in phase: PhaseReport) -> Double? {
    guard let peak = peakGigaMACsPerSecond, peak > 0 else { return nil }
    return gigaMACsPerSecond(in: phase).map { $0 / peak }
  }
}
