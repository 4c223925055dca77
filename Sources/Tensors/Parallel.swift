internal import Dispatch

/// Runs `body(0)` … `body(count − 1)` on all cores and returns when all have finished.
///
/// The compiler cannot check that the calls do not interfere: no call may write what another one accesses.
package func inParallel(_ count: Int, _ body: (Int) -> Void) {
  withoutActuallyEscaping(body) { body in
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: count) { body($0) }
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
