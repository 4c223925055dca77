/// What is said of a list of samples.
public struct Statistics: Sendable, Hashable, Codable {
  /// The least.
  public let min: Double
  /// The middle one.
  public let median: Double
  /// The one that nine of ten do not exceed.
  public let p90: Double
  /// The greatest.
  public let max: Double
  /// The average.
  public let mean: Double

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
    max = sorted[sorted.count - 1]
    mean = sorted.reduce(0, +) / Double(sorted.count)
  }
}
