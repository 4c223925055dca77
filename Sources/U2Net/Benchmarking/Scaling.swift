import Tensors

/// How the cost of a model grows with its work: time per megapixel of larger and larger inputs, time per image of larger
/// and larger batches.
public struct Scaling: Sendable {
  /// The sides of the inputs, in pixels, smallest first.
  public static let sizes = [160, 320, 640, 1024]
  /// The batches, smallest first.
  public static let batches = [1, 4, 16]

  /// What each step is measured by; its size is that of the batches, its own batch does not count.
  public var benchmark: Benchmark

  /// By a benchmark with the usual numbers, which are made smaller: seven measurements take long.
  public init(_ benchmark: Benchmark) {
    self.benchmark = benchmark
    self.benchmark.warmup = 2
    self.benchmark.runs = 7
    self.benchmark.minimumSeconds = 1
  }

  /// Measures every step.
  public func run() throws(Failure) -> ScalingReport {
    var sizes: [BenchmarkReport] = []
    var batches: [BenchmarkReport] = []
    for size in Self.sizes { sizes.append(try step(size: size, batch: 1)) }
    for batch in Self.batches { batches.append(try step(size: benchmark.size, batch: batch)) }
    return ScalingReport(sizes: sizes, batches: batches)
  }

  private func step(size: Int?, batch: Int) throws(Failure) -> BenchmarkReport {
    var step = benchmark
    (step.size, step.batch) = (size, batch)
    (step.perLayer, step.traces, step.measuresPeak) = (false, false, false)
    return try step.run().report
  }
}

/// What `Scaling` measured.
public struct ScalingReport: Sendable, Codable {
  /// One measurement and how it compares with the one before.
  public struct Step: Sendable, Codable {
    /// Rows of the input.
    public let height: Int
    /// Columns of the input.
    public let width: Int
    /// Pictures in one run.
    public let batch: Int
    /// What is said of the runs (upload, network and download), in seconds.
    public let run: Statistics
    /// Every one of them.
    public let samples: [Double]
    /// The median run, in seconds for each megapixel of input.
    public let secondsPerMegapixel: Double
    /// The median run, in seconds for each image.
    public let secondsPerImage: Double
    /// What a unit of work costs in comparison with the step before: 1 where the cost grows as the work does, more where
    /// it grows faster; nil for the first step.
    public let againstLinear: Double?

    init(_ report: BenchmarkReport, after previous: BenchmarkReport?) {
      height = report.height
      width = report.width
      batch = report.batch
      run = report.run
      samples = report.samples
      secondsPerMegapixel = Self.cost(of: report)
      secondsPerImage = report.run.median / Double(report.batch)
      againstLinear = previous.map { Self.cost(of: report) / Self.cost(of: $0) }
    }

    private static func cost(of report: BenchmarkReport) -> Double {
      report.run.median / (Double(report.batch * report.height * report.width) * 1e-6)
    }
  }

  /// The version of this form.
  public var schema = 1
  /// u2cl's version.
  public var version = u2clVersion
  /// The commit that u2cl was built from; nil where the build was not told.
  public var commit = u2clCommit
  /// The machine.
  public let host: HostMachine
  /// The model's name.
  public let model: String
  /// Which maps are computed.
  public let maps: MapSelection
  /// What ran.
  public let device: DeviceReport
  /// Single images of growing size.
  public let sizes: [Step]
  /// Growing batches of images of one size.
  public let batches: [Step]

  /// The largest of all `againstLinear`.
  public var worstStep: Double { (sizes + batches).compactMap(\.againstLinear).max() ?? 1 }

  /// - Parameters:
  ///   - sizes: at least one, smallest first.
  ///   - batches: smallest first.
  init(sizes: [BenchmarkReport], batches: [BenchmarkReport]) {
    host = sizes[0].host
    model = sizes[0].model
    maps = sizes[0].maps
    device = sizes[0].device
    func steps(_ reports: [BenchmarkReport]) -> [Step] {
      reports.indices.map { Step(reports[$0], after: $0 == 0 ? nil : reports[$0 - 1]) }
    }
    self.sizes = steps(sizes)
    self.batches = steps(batches)
  }
}
