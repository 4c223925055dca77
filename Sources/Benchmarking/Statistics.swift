/// The statistics of a list of samples.
package struct Statistics: Sendable, Hashable, Codable {
  /// The smallest sample.
  package let min: Double
  /// The median.
  package let median: Double
  /// The 90th percentile.
  package let p90: Double
  /// The 95th percentile.
  package let p95: Double
  /// The 99th percentile.
  package let p99: Double
  /// The largest sample.
  package let max: Double
  /// The arithmetic mean.
  package let mean: Double
  /// The sample standard deviation, with n − 1; 0 for one sample.
  package let standardDeviation: Double

  /// Computes the statistics; percentiles are interpolated linearly.
  ///
  /// - Parameter samples: at least one sample.
  package init(_ samples: [Double]) {
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
