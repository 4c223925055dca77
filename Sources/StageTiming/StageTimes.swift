internal import LibC
internal import Synchronization
internal import Tensors

/// Measures the processor time of stages that run on many threads.
///
/// A stage is measured by the clocks of the threads that work on it: the one that calls `measure`, and those that
/// `inParallel` takes to help. The network runs on threads of the driver, which tell nothing; its time is what the
/// process uses beside all other stages from the first batch that is sent to the last one that returns.
package final class StageTimes: Sendable {
  /// What a stage has taken so far.
  package struct Total: Sendable, Equatable {
    /// The number of pictures.
    package var pictures = 0
    /// The processor time in nanoseconds, all threads together.
    package var nanoseconds = 0
    /// The bytes of pictures and files that were read and written.
    package var bytes = 0
  }

  private struct State {
    var totals: [Stage: Total] = [:]
    /// The threads that work on a stage now: their clocks, and what these showed when the work began.
    var working: [Int: (clock: ThreadClock, start: Int)] = [:]
    var nextNumber = 0
    /// The processor time beside all stages when the first batch was sent; nil before.
    var idleTime: Int?
    var deviceTime = Duration.zero

    /// The processor time of all measured stages until now, of the work under way, too.
    var measured: Int {
      totals.reduce(0) { $1.key == .network ? $0 : $0 + $1.value.nanoseconds }
        + working.reduce(0) { $0 + $1.value.clock.now - $1.value.start }
    }
  }

  private let state = Mutex(State())
  private let start = ContinuousClock.now

  /// Creates measurements without any time.
  package init() {}

  private static let isMeasuring = Atomic(false)
  private static let kept = Mutex<StageTimes?>(nil)

  /// The measurements of this process; nil by default, when nothing is measured.
  package static var ofProcess: StageTimes? {
    isMeasuring.load(ordering: .relaxed) ? kept.withLock { $0 } : nil
  }

  /// Measures the stages of this process from now on.
  package static func measureProcess() {
    kept.withLock { $0 = StageTimes() }
    isMeasuring.store(true, ordering: .sequentiallyConsistent)
  }

  /// Runs `body` and adds the processor time that it takes to a stage; see `Stage.measure`.
  package func measure<Value, Problem: Error>(
    _ stage: Stage, pictures: Int = 1, bytes: (Value) -> Int = { _ in 0 }, _ body: () throws(Problem) -> Value
  ) throws(Problem) -> Value {
    let value = try work(on: stage) { () throws(Problem) in try body() }
    let touched = bytes(value)
    state.withLock { state in
      state.totals[stage, default: Total()].pictures += pictures
      state.totals[stage, default: Total()].bytes += touched
    }
    return value
  }

  /// Runs `body` and adds the processor time of this thread, and of its helpers, to a stage.
  private func work<Value, Problem: Error>(
    on stage: Stage, _ body: () throws(Problem) -> Value
  ) throws(Problem) -> Value {
    let clock = ThreadClock()
    let number = state.withLock { state in
      state.nextNumber += 1
      state.working[state.nextNumber] = (clock, clock.now)
      return state.nextNumber
    }
    defer {
      state.withLock { state in
        let start = state.working.removeValue(forKey: number)?.start ?? 0
        state.totals[stage, default: Total()].nanoseconds += clock.now - start
      }
    }
    return try Parallelism.helperWork.with(HelperWork { work in self.work(on: stage, work) }) { () throws(Problem) in
      try body()
    }
  }

  /// Notes that a batch is sent to a device.
  package func beginNetwork() {
    state.withLock { state in
      if state.idleTime == nil { state.idleTime = processTime - state.measured }
    }
  }

  /// Notes that a batch has returned from a device.
  ///
  /// - Parameters:
  ///   - pictures: the pictures of the batch.
  ///   - time: how long the device was busy with them.
  package func endNetwork(pictures: Int, deviceTime time: Duration) {
    state.withLock { state in
      guard let idle = state.idleTime else { return }
      state.totals[.network, default: Total()].pictures += pictures
      state.totals[.network, default: Total()].nanoseconds = max(0, processTime - state.measured - idle)
      state.deviceTime += time
    }
  }

  /// What was measured so far.
  package var report: StageReport {
    let wall = start.duration(to: .now)
    return state.withLock {
      StageReport(
        totals: $0.totals, processTime: processTime, systemTime: systemTime, wall: wall, deviceTime: $0.deviceTime)
    }
  }
}
