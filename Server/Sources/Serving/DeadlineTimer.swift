internal import Dispatch

/// Does something at a moment, unless it is cancelled before.
///
/// A task that sleeps would do the same, but the system keeps the timer of a cancelled one until its time has come: with
/// a deadline of a minute, 2 KiB for each request of the last minute.
struct DeadlineTimer {
  private let source: any DispatchSourceTimer

  /// Starts the timer.
  init(at deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) {
    source = DispatchSource.makeTimerSource()
    let (seconds, attoseconds) = ContinuousClock.now.duration(to: deadline).components
    let wait = Double(seconds) + Double(attoseconds) * 1e-18
    source.schedule(deadline: .now() + max(0, wait), leeway: .milliseconds(10))
    source.setEventHandler(handler: body)
    source.activate()
  }

  /// Keeps what has not begun from being done, and releases it.
  func cancel() { source.cancel() }
}
