import Synchronization
import Tensors
import Testing

/// Work on several threads, and on no more than are allowed.
@Suite(.serialized) struct ParallelTests {
  /// Every call is made once, on no more threads than allowed, also from within others.
  @Test(arguments: [1, 2, 3, 200]) func aLimitIsKept(threads: Int) {
    Parallelism.limit(to: threads)
    defer { Parallelism.limit(to: .max) }
    let running = Atomic(0)
    let most = Atomic(0)
    let calls = 40
    let counts = Mutex([Int](repeating: 0, count: calls))
    inParallel(calls) { outer in
      let sums = (0..<30).mapInParallel { inner -> Int in
        let now = running.add(1, ordering: .relaxed).newValue
        most.max(now, ordering: .relaxed)
        counts.withLock { $0[outer] += inner }
        running.subtract(1, ordering: .relaxed)
        return inner
      }
      #expect(sums == Array(0..<30))
    }
    #expect(counts.withLock { $0 } == Array(repeating: 29 * 15, count: calls))
    #expect(most.load(ordering: .relaxed) <= threads, "\(most.load(ordering: .relaxed)) of \(threads)")
  }

  /// Nothing is nothing to do, and errors arrive.
  @Test func bothRunWhateverTheLimit() throws {
    struct Problem: Error {}
    for threads in [1, 2] {
      Parallelism.limit(to: threads)
      defer { Parallelism.limit(to: .max) }
      inParallel(0) { _ in Issue.record("called") }
      let (first, second) = try both({ 1 }, { "two" })
      #expect(first == 1 && second == "two")
      #expect(throws: Problem.self) { _ = try both({ throw Problem() }, { 2 }) }
    }
  }
}
