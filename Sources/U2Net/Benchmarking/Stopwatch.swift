/// A part of the way of a batch of pictures through a model, as `u2cl bench` takes its time.
public enum BenchmarkPhase: String, Sendable, Hashable, Codable, CaseIterable {
  /// Resizing and normalising the pictures; decoding is not part of it.
  case pre
  /// The input to the device; where it prepares the pictures, their samples.
  case upload
  /// The part of `compute` in which the host enqueues launches.
  case enqueue
  /// The network: from the first launch to the end of the last.
  case compute
  /// The maps from the device; where it makes them, the masks.
  case download
  /// Maps to masks of the pictures' own size.
  case post
  /// From an input in the host's memory to maps in the host's memory: upload, compute and download. Where the device
  /// prepares the pictures: from their samples to masks, which is everything.
  case run
  /// From pictures to masks: everything.
  case wall
}

/// Takes times and keeps them. A class: times are taken inside of others.
final class Stopwatch {
  /// One time that was taken.
  struct Span {
    let phase: BenchmarkPhase
    let start: ContinuousClock.Instant
    let end: ContinuousClock.Instant

    var seconds: Double { start.duration(to: end).seconds }
  }

  let clock = ContinuousClock()
  /// In the order in which they ended.
  private(set) var spans: [Span] = []

  func time<Result>(_ phase: BenchmarkPhase, _ body: () throws -> Result) rethrows -> Result {
    let start = clock.now
    let result = try body()
    note(phase, since: start)
    return result
  }

  func note(_ phase: BenchmarkPhase, since start: ContinuousClock.Instant) {
    spans.append(Span(phase: phase, start: start, end: clock.now))
  }
}
