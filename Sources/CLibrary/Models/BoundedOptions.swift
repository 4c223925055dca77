import Benchmarking
import CLibraryHeader

/// The options of a measurement, which say how many runs it takes, and how long.
protocol BoundedOptions {
  var warmup: UInt32 { get }
  var runs: UInt32 { get }
  var least_seconds: Double { get }
  var most_seconds: Double { get }
}

extension u2cl_bench_options: BoundedOptions {}
extension u2cl_detector_bench_options: BoundedOptions {}

extension BoundedOptions {
  /// Takes the numbers that are not 0. The least time is at most the greatest.
  ///
  /// - Throws: `CallError` if a number is outside of its range.
  func readBounds(into bounds: inout RunBounds) throws {
    bounds.warmup = try readNumber(Int(warmup), "warmup", in: 1...1_000_000) ?? bounds.warmup
    bounds.runs = try readNumber(Int(runs), "runs", in: 1...1_000_000) ?? bounds.runs
    bounds.maximumSeconds = try readNumber(most_seconds, "most_seconds", in: 0...86400) ?? bounds.maximumSeconds
    let least = try readNumber(least_seconds, "least_seconds", in: 0...86400) ?? bounds.minimumSeconds
    bounds.minimumSeconds = min(least, bounds.maximumSeconds)
  }
}
