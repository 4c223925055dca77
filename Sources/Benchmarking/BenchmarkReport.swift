import Engine
import Models
import Networks
package import Tensors
package import U2Net

/// The result of a benchmark. Times are in seconds; a run is upload, network and download.
package struct BenchmarkReport: Sendable, Codable {
  /// The version of this report's format.
  package var schema = 2
  /// The version of u2cl.
  package var version = u2clVersion
  /// The commit that u2cl was built from; nil if the build did not record it.
  package var commit = u2clCommit
  /// The operating system.
  package let system: String
  /// The machine.
  package let host: HostMachine
  /// The name of the model.
  package let model: String
  /// The SHA-256 of the model's file, in hexadecimal; nil if there is no file.
  package let modelSHA256: String?
  /// The height of the input, in pixels.
  package let height: Int
  /// The width of the input, in pixels.
  package let width: Int
  /// The batch size.
  package let batch: Int
  /// Which maps are computed.
  package let maps: MapSelection
  /// The size of the pictures, `[height, width]`.
  package let picture: [Int]
  /// The device that ran.
  package let device: DeviceReport
  /// How activations and weights are stored.
  package let precision: Precision
  /// How a GPU multiplies in convolutions, such as `halves on tensor cores (m16n8k16), cp.async`; nil for other
  /// devices.
  package let products: String?
  /// The names of the passes that were left out of the plan; nil if none was.
  package let withoutPasses: [String]?
  /// What the reader should know about how the model was compiled; one line each.
  package let notes: [String]
  /// The device memory that was used; nil for the reference.
  package let memory: MemoryReport?
  /// The largest amount of memory that the process held on the host, in bytes.
  package let peakHostMemory: Int
  /// The time to load the model; nil if that was not measured.
  package let loadSeconds: Double?
  /// The time to plan, to build kernels, and to pack and upload weights.
  package let compileSeconds: Double
  /// Whether every program came from the cache; nil if the cache was not used, as with drivers that have their own.
  package let cacheHit: Bool?
  /// The time to choose kernels by measuring; nil if nothing was tuned.
  package var tuneSeconds: Double?
  /// The time of the first run, in which some drivers compile.
  package let firstRunSeconds: Double
  /// The number of warm-up runs after the first run.
  package let warmup: Int
  /// The multiply-accumulates of a run; a convolution counts as its direct sum, however it is computed.
  package let multiplyAccumulates: Int
  /// The time of the phase `run` in each counted run.
  package let samples: [Double]
  /// The statistics of the samples.
  package let run: Statistics
  /// The phases of the counted runs.
  package let phases: [PhaseReport]
  /// The pictures per second by the median run.
  package let imagesPerSecond: Double
  /// Whether the device prepares pictures and makes masks; a run is everything then.
  package let preparesOnDevice: Bool
  /// The pictures per second with two batches in flight; nil if the host prepares pictures.
  package let overlappedImagesPerSecond: Double?
  /// The rate in 10⁹ multiply-accumulates per second, by the median run.
  package let gigaMACsPerSecond: Double
  /// The measured peak rate of the device, in 10⁹ float32 multiply-accumulates per second; nil if it was not measured.
  package let peakGigaMACsPerSecond: Double?
  /// Every launch in order, if that was requested.
  package let layers: [LayerReport]?

  /// - Parameter frames: the times of the counted runs, of which there is at least one.
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

  /// The pictures per second in a phase, by its median.
  package func imagesPerSecond(in phase: PhaseReport) -> Double { Double(batch) / phase.statistics.median }

  /// The rate in a phase, in 10⁹ multiply-accumulates per second by its median; nil for phases without the network.
  package func gigaMACsPerSecond(in phase: PhaseReport) -> Double? {
    switch phase.phase {
    case .compute, .run, .wall: Double(multiplyAccumulates) / phase.statistics.median * 1e-9
    case .pre, .upload, .enqueue, .download, .post: nil
    }
  }

  /// The rate in a phase as a fraction of the measured peak; more than 1 if fewer multiplications are done than
  /// counted, as with Winograd's method.
  package func peakFraction(in phase: PhaseReport) -> Double? {
    guard let peak = peakGigaMACsPerSecond, peak > 0 else { return nil }
    return gigaMACsPerSecond(in: phase).map { $0 / peak }
  }
}
