/// A phase of a batch of pictures on its way through a model.
package enum BenchmarkPhase: String, Sendable, Hashable, Codable, CaseIterable {
  /// Resizing and normalizing the pictures, without decoding.
  case pre
  /// Copying the input to the device; if the device prepares pictures, copying their samples.
  case upload
  /// The part of `compute` in which the host enqueues launches.
  case enqueue
  /// Running the network, from the first launch to the end of the last one.
  case compute
  /// Copying the maps from the device; if the device makes the masks, copying these.
  case download
  /// Making masks of the pictures' sizes.
  case post
  /// Upload, compute and download: from an input to maps in the host's memory. If the device prepares pictures,
  /// everything: from their samples to masks.
  case run
  /// Everything: from pictures to masks.
  case wall
}

/// Measures and keeps times. A class, because measurements are nested.
final class Stopwatch {
  /// A measured time.
  struct Span {
    let phase: BenchmarkPhase
    let start: ContinuousClock.Instant
    let end: ContinuousClock.Instant

    var seconds: Double { start.duration(to: end).seconds }
  }

  let clock = ContinuousClock()
  /// The measured times, in the order of their ends.
  private(set) var spans: [Span] = []

  /// Measures the time of `body`.
  func time<Result>(_ phase: BenchmarkPhase, _ body: () throws -> Result) rethrows -> Result {
    let start = clock.now
    let result = try body()
    note(phase, since: start)
    return result
  }

  /// Keeps the time from `start` until now.
  func note(_ phase: BenchmarkPhase, since start: ContinuousClock.Instant) {
    spans.append(Span(phase: phase, start: start, end: clock.now))
  }
}

extension Duration {
  /// The duration in seconds.
  package var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
