import Models
import Tensors
package import U2Net

/// Measures how the time of a model grows with its work: per megapixel of ever larger inputs, and per picture of ever
/// larger batches.
package struct Scaling: Sendable {
  /// The sides of the inputs, in pixels, the smallest first.
  package static let sizes = [160, 320, 640, 1024]
  /// The batch sizes, the smallest first.
  package static let batches = [1, 4, 16]

  /// The settings of each measurement. Their size is used for the batches; their batch size is not used.
  package var benchmark: Benchmark

  /// Creates a measurement with fewer and shorter runs than the benchmark, because there are seven of them.
  package init(_ benchmark: Benchmark) {
    self.benchmark = benchmark
    self.benchmark.bounds.warmup = 2
    self.benchmark.bounds.runs = 7
    self.benchmark.bounds.minimumSeconds = 1
  }

  /// Measures every size and batch.
  ///
  /// - Throws: `Failure` if a setting is not valid, or if the device fails.
  package func run() throws(Failure) -> ScalingReport {
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

/// The result of `Scaling`.
package struct ScalingReport: Sendable, Codable {
  /// A measurement, compared with the one before it.
  package struct Step: Sendable, Codable {
    /// The height of the input, in pixels.
    package let height: Int
    /// The width of the input, in pixels.
    package let width: Int
    /// The batch size.
    package let batch: Int
    /// The statistics of a run (upload, network and download), in seconds.
    package let run: Statistics
    /// The time of each run, in seconds.
    package let samples: [Double]
    /// The time of the median run per megapixel of input, in seconds.
    package let secondsPerMegapixel: Double
    /// The time of the median run per picture, in seconds.
    package let secondsPerImage: Double
    /// The time per unit of work relative to the step before: 1 if the time grows as the work does, more if it grows
    /// faster; nil for the first step.
    package let againstLinear: Double?

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

  /// The version of this report's format.
  package var schema = 1
  /// The version of u2cl.
  package var version = u2clVersion
  /// The commit that u2cl was built from; nil if the build did not record it.
  package var commit = u2clCommit
  /// The machine.
  package let host: HostMachine
  /// The name of the model.
  package let model: String
  /// Which maps are computed.
  package let maps: MapSelection
  /// The device that ran.
  package let device: DeviceReport
  /// Single pictures of growing size.
  package let sizes: [Step]
  /// Growing batches of pictures of one size.
  package let batches: [Step]

  /// - Parameters:
  ///   - sizes: at least one report, the smallest size first.
  ///   - batches: the reports of the batches, the smallest first.
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
