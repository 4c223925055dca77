/// How many runs a measurement takes, and how long.
package struct RunBounds: Sendable, Hashable {
  /// The number of warm-up runs.
  package var warmup: Int
  /// The minimum number of counted runs.
  package var runs: Int
  /// The minimum time of the counted runs, in seconds.
  package var minimumSeconds: Double
  /// The maximum time of the warm-up runs, and of the counted runs, in seconds; for devices that take seconds for a
  /// run.
  package var maximumSeconds: Double

  /// Creates bounds.
  package init(warmup: Int, runs: Int, minimumSeconds: Double, maximumSeconds: Double) {
    (self.warmup, self.runs) = (warmup, runs)
    (self.minimumSeconds, self.maximumSeconds) = (minimumSeconds, maximumSeconds)
  }

  /// Whether enough was counted.
  ///
  /// - Parameters:
  ///   - count: the number of counted runs.
  ///   - seconds: their time.
  package func areReached(by count: Int, in seconds: Double) -> Bool {
    (count >= runs && seconds >= minimumSeconds) || seconds >= maximumSeconds
  }
}
