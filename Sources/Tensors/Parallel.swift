internal import Dispatch
package import LibC
internal import Synchronization

/// What wraps the work that other threads do for a thread.
package final class HelperWork: Sendable {
  /// Runs its argument once, on the thread that helps.
  package let run: @Sendable (_ work: () -> Void) -> Void

  /// A wrapper.
  package init(_ run: @escaping @Sendable (_ work: () -> Void) -> Void) { self.run = run }
}

/// The number of threads that `inParallel` may use.
package enum Parallelism {
  /// The threads beside the callers' own that may compute at the same time; `Int.max` for all that the machine offers.
  private static let mostHelpers = Atomic(Int.max)
  private static let helpers = Atomic(0)

  /// What wraps the work that other threads do for `inParallel` when this thread calls it; nil, the default, for
  /// nothing.
  package static let helperWork = ThreadLocal<HelperWork>()

  /// Bounds the threads that compute at the same time, the caller's own included.
  ///
  /// With one thread no other is ever started, which matters where the system has none to give: Dispatch would wait
  /// for one for ever.
  package static func limit(to threads: Int) { mostHelpers.store(max(0, threads - 1), ordering: .relaxed) }

  /// Whether nothing bounds the number of threads.
  fileprivate static var isUnlimited: Bool { mostHelpers.load(ordering: .relaxed) == .max }

  /// Takes up to `count` helpers of those that are free.
  fileprivate static func take(_ count: Int) -> Int {
    let most = mostHelpers.load(ordering: .relaxed)
    var present = helpers.load(ordering: .relaxed)
    while true {
      let taken = max(0, min(count, most - present))
      let (exchanged, original) = helpers.compareExchange(
        expected: present, desired: present + taken, ordering: .relaxed)
      if exchanged { return taken }
      present = original
    }
  }

  fileprivate static func giveBack(_ count: Int) { helpers.subtract(count, ordering: .relaxed) }
}

/// Runs `body(0)` … `body(count − 1)` on all cores, or on as many threads as `Parallelism` allows, and returns when all
/// have finished.
///
/// The compiler cannot check that the calls do not interfere: no call may write what another one accesses.
package func inParallel(_ count: Int, _ body: (Int) -> Void) {
  withoutActuallyEscaping(body) { body in
    nonisolated(unsafe) let body = body
    let wrap = Parallelism.helperWork.value
    if wrap == nil, Parallelism.isUnlimited { return DispatchQueue.concurrentPerform(iterations: count) { body($0) } }
    let helpers = Parallelism.take(count - 1)
    defer { Parallelism.giveBack(helpers) }
    guard helpers > 0 else {
      for index in 0..<count { body(index) }
      return
    }
    let next = Atomic(0)
    @Sendable func work() {
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
    DispatchQueue.concurrentPerform(iterations: helpers + 1) { _ in
      guard next.load(ordering: .relaxed) < count else { return }
      // Only the caller's thread has the value.
      if let wrap, Parallelism.helperWork.value == nil { wrap.run(work) } else { work() }
    }
  }
}

/// Runs two functions at the same time. Neither may write what the other one accesses.
///
/// - Throws: the error of the first function, or else that of the second, after both have ended.
package func both<First, Second>(
  _ first: () throws -> First, _ second: () throws -> Second
) throws -> (First, Second) {
  var results: (first: Result<First, any Error>?, second: Result<Second, any Error>?)
  withUnsafeMutablePointer(to: &results) { results in
    nonisolated(unsafe) let results = results
    inParallel(2) { index in
      if index == 0 {
        results.pointee.first = Result { try first() }
      } else {
        results.pointee.second = Result { try second() }
      }
    }
  }
  guard let first = results.first, let second = results.second else { preconditionFailure("both have run") }
  return (try first.get(), try second.get())
}

extension Range where Bound == Int {
  /// The results of `transform` for all numbers of the range, in order, computed on all cores.
  package func mapInParallel<Value: Sendable>(_ transform: (Int) -> Value) -> [Value] {
    [Value](unsafeUninitializedCapacity: count) { values, initialized in
      nonisolated(unsafe) let values = values
      inParallel(count) { values.initializeElement(at: $0, to: transform(lowerBound + $0)) }
      initialized = count
    }
  }
}
