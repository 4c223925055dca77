import Engine
package import Tensors
package import U2Net

/// The result of `Tuning`.
package struct TuningReport: Sendable, Codable {
  /// A method that was measured.
  package struct Candidate: Sendable, Codable {
    /// The name of the method, such as `direct 20 4`.
    package let method: String
    /// The median time, in seconds.
    package let seconds: Double
    /// The time relative to the default method; the two were measured in turn.
    package let ratio: Double
  }

  /// A convolution of the network.
  package struct Row: Sendable, Codable {
    /// The shape, such as `64→16, 320×320, 3×3`.
    package let convolution: String
    /// The number of steps of the network that have this shape.
    package let steps: Int
    /// The method that is used without tuning, such as `direct 20 4`.
    package let baseline: String
    /// The median time of that method, in seconds; nil if it was not measured.
    package let baselineSeconds: Double?
    /// The fastest method that was measured.
    package let fastest: String?
    /// The time of the fastest method relative to the default method; the two were measured in turn.
    package let fastestRatio: Double?
    /// Every method that was measured.
    package let candidates: [Candidate]
    /// The number of methods that were measured now.
    package let tried: Int
    /// The number of methods that the cache had results for.
    package let known: Int
    /// The number of methods that did not build or run, computed other results, or ended a process.
    package let failed: Int

    private enum CodingKeys: String, CodingKey {
      case convolution, steps, fastest, fastestRatio, candidates, tried, known, failed
      case baseline = "standard"
      case baselineSeconds = "standardSeconds"
    }
  }

  /// The version of this report's format.
  package var schema = 1
  /// The version of u2cl.
  package var version = u2clVersion
  /// The name of the model.
  package let model: String
  /// The height of the input, in pixels.
  package let height: Int
  /// The width of the input, in pixels.
  package let width: Int
  /// The batch size.
  package let batch: Int
  /// The device that ran.
  package let device: DeviceReport
  /// How activations and weights are stored.
  package let precision: Precision
  /// The time that trying methods took, in seconds.
  package let seconds: Double
  /// Whether the time was up before every method was tried; another tuning continues there.
  package let timeIsUp: Bool
  /// Every convolution, the largest first.
  package let rows: [Row]
  /// The times of whole runs with the default methods, in seconds.
  package let baseline: Statistics
  /// The times of whole runs with the tuned methods, in seconds; measured in turn with the baseline.
  package let tuned: Statistics

  private enum CodingKeys: String, CodingKey {
    case schema, version, model, height, width, batch, device, precision, seconds, timeIsUp, rows, tuned
    case baseline = "standard"
  }

  init(
    model: String, size: Size, batch: Int, device: DeviceReport, precision: Precision, seconds: Double, timeIsUp: Bool,
    results: [TuningResult], baseline: Statistics, tuned: Statistics
  ) {
    self.model = model
    height = size.height
    width = size.width
    self.batch = batch
    self.device = device
    self.precision = precision
    self.seconds = seconds
    self.timeIsUp = timeIsUp
    self.baseline = baseline
    self.tuned = tuned
    rows = results.map(Row.init)
  }
}

extension TuningReport.Row {
  fileprivate init(_ result: TuningResult) {
    convolution = result.problem.text
    steps = result.count
    baseline = result.baseline.method.text
    baselineSeconds = result.baseline.seconds
    fastest = result.fastest?.method.text
    fastestRatio = result.fastest?.ratio
    candidates = result.measured.map {
      TuningReport.Candidate(method: $0.method.text, seconds: $0.seconds, ratio: $0.ratio)
    }
    tried = result.tried
    known = result.known
    failed = result.failed
  }
}
