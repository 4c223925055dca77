/// What is said of a list of samples.
public struct Statistics: Sendable, Hashable, Codable {
  /// The least.
  public let min: Double
  /// The middle one.
  public let median: Double
  /// The one that nine of ten do not exceed.
  public let p90: Double
  /// The one that nineteen of twenty do not exceed.
  public let p95: Double
  /// The one that 99 of a hundred do not exceed.
  public let p99: Double
  /// The greatest.
  public let max: Double
  /// The average.
  public let mean: Double
  /// The sample standard deviation, with n − 1; 0 for one sample.
  public let standardDeviation: Double

  /// Percentiles by linear interpolation; `samples` is not empty.
  public init(_ samples: [Double]) {
    precondition(!samples.isEmpty, "no samples")
    let sorted = samples.sorted()
    func percentile(_ fraction: Double) -> Double {
      let position = fraction * Double(sorted.count - 1)
      let lower = Int(position)
      let upper = Swift.min(lower + 1, sorted.count - 1)
      return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
    }
    min = sorted[0]
    median = percentile(0.5)
    p90 = percentile(0.9)
    p95 = percentile(0.95)
    p99 = percentile(0.99)
    max = sorted[sorted.count - 1]
    let mean = sorted.reduce(0, +) / Double(sorted.count)
    let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardDeviation = (squares / Double(Swift.max(1, sorted.count - 1))).squareRoot()
    self.mean = mean
  }
}
