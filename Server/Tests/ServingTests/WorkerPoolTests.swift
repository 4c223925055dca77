import Dispatch
import Serving
import Synchronization
import Testing

/// Results, failures, the end of time, leaving and stopping.
@Suite struct WorkerPoolTests {
  @Test func workRunsOnAllThreads() async throws {
    let pool = WorkerPool(name: "test", count: 3)
    let meeting = Meeting(of: 3)
    let results = await withTaskGroup(of: Int?.self) { group in
      for number in 0..<3 {
        group.addTask {
          try? await pool.run(by: .far) {
            meeting.join()
            return number
          }
        }
      }
      return await group.reduce(into: Set<Int?>()) { $0.insert($1) }
    }
    #expect(results == [0, 1, 2])
    await pool.stop()
  }

  @Test func failuresAreThrown() async {
    let pool = WorkerPool(name: "test", count: 1)
    do throws(ServingError) {
      try await pool.run(by: .far) { throw FakeModels.Problem() }
      Issue.record("nothing was thrown")
    } catch {
      guard case .failed(let problem) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(problem is FakeModels.Problem)
    }
    await pool.stop()
  }

  @Test func workThatNobodyWaitsForIsNotDone() async throws {
    let pool = WorkerPool(name: "test", count: 1)
    let gate = DispatchSemaphore(value: 0)
    let hasBegun = Locked(false)
    let done = Locked<[String]>([])
    let blocking = Task {
      try await pool.run(by: .far) {
        hasBegun.withLock { $0 = true }
        gate.wait()
        done.withLock { $0.append("blocking") }
      }
    }
    #expect(await eventually { hasBegun.withLock { $0 } })
    let left = Task {
      await refusal { () throws(ServingError) in
        try await pool.run(by: .far) { done.withLock { $0.append("left") } }
      }
    }
    #expect(await eventually { pool.waiting == 1 })
    left.cancel()
    #expect(await left.value == "cancelled")
    #expect(pool.waiting == 0)
    let late = await refusal { () throws(ServingError) in
      try await pool.run(by: .now + .milliseconds(10)) { done.withLock { $0.append("late") } }
    }
    #expect(late == "deadline" && pool.waiting == 0)
    gate.signal()
    try await blocking.value
    try await pool.run(by: .far) { done.withLock { $0.append("last") } }
    #expect(done.withLock { $0 } == ["blocking", "last"])
    await pool.stop()
    #expect(await refusal { () throws(ServingError) in try await pool.run(by: .far) {} } == "stopping")
  }

  @Test func stoppingDropsWhatWaits() async throws {
    let pool = WorkerPool(name: "test", count: 1)
    let gate = DispatchSemaphore(value: 0)
    let hasBegun = Locked(false)
    let blocking = Task {
      try await pool.run(by: .far) {
        hasBegun.withLock { $0 = true }
        gate.wait()
      }
    }
    #expect(await eventually { hasBegun.withLock { $0 } })
    let waiting = Task { await refusal { () throws(ServingError) in try await pool.run(by: .far) {} } }
    #expect(await eventually { pool.waiting == 1 })
    let stopping = Task { await pool.stop() }
    #expect(await waiting.value == "stopping")
    gate.signal()
    try await blocking.value
    await stopping.value
  }
}

/// Lets threads go on when all of them have come.
private final class Meeting: Sendable {
  private let missing: Mutex<Int>
  private let isComplete = DispatchSemaphore(value: 0)

  init(of count: Int) { missing = Mutex(count) }

  func join() {
    let isLast = missing.withLock { missing in
      missing -= 1
      return missing == 0
    }
    if !isLast { isComplete.wait() }
    isComplete.signal()
  }
}
