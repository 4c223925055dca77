import Engine
import FoundationEssentials
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

  init(_ timing: LaunchTiming, seconds: Double) {
    block = timing.block
    layer = timing.label
    kernel = timing.kernel
    multiplyAccumulates = timing.multiplyAdds
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

  init(_ use: Executor.MemoryUse) {
    activations = use.activations
    activationsUnshared = use.activationsUnshared
    parameters = use.parameters
  }
}

/// What a benchmark measured. Times are in seconds; a run is upload, network and download.
public struct BenchmarkReport: Sendable, Codable {
  /// The version of this form.
  public var schema = 1
  /// u2cl's version.
  public var version = u2clVersion
  /// The operating system.
  public var system = ProcessInfo.processInfo.operatingSystemVersionString
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
  /// How activations and weights were stored.
  public let precision: Precision
  /// What the reader should know of how the model was compiled, each in one line.
  public let notes: [String]
  /// What it took on the device; nil for the reference.
  public let memory: MemoryReport?
  /// Planning, building kernels, packing and uploading weights.
  public let compileSeconds: Double
  /// The first run, which some drivers compile in.
  public let firstRunSeconds: Double
  /// Runs that are not counted, beside the first.
  public let warmup: Int
  /// Of one run.
  public let multiplyAccumulates: Int
  /// Every counted run.
  public let samples: [Double]
  /// What is said of them.
  public let run: Statistics
  /// By the median.
  public let imagesPerSecond: Double
  /// 10⁹ multiply-accumulates per second, by the median.
  public let gigaMACsPerSecond: Double
  /// Every launch, in order, where it was asked for.
  public let layers: [LayerReport]?

  init(
    model: String, size: Size, batch: Int, device: DeviceReport, precision: Precision, notes: [String],
    memory: MemoryReport?, compileSeconds: Double, firstRunSeconds: Double, warmup: Int, multiplyAccumulates: Int, samples: [Double],
    layers: [LayerReport]?
  ) {
    self.model = model
    height = size.height
    width = size.width
    self.batch = batch
    self.device = device
    self.precision = precision
    self.notes = notes
    self.memory = memory
    self.compileSeconds = compileSeconds
    self.firstRunSeconds = firstRunSeconds
    self.warmup = warmup
    self.multiplyAccumulates = multiplyAccumulates
    self.samples = samples
    self.layers = layers
    run = Statistics(samples)
    imagesPerSecond = Double(batch) / run.median
    gigaMACsPerSecond = Double(multiplyAccumulates) / run.median * 1e-9
  }
}
