internal import Dispatch

/// Runs `body(0)` … `body(count − 1)` on all cores and returns when the last has finished.
///
/// The compiler cannot see that the calls do not interfere: each must write elements that no other touches.
package func inParallel(_ count: Int, _ body: (Int) -> Void) {
  withoutActuallyEscaping(body) { body in
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: count) { body($0) }
  }
}

extension Range where Bound == Int {
  /// `transform` of every number of the range, in the range's order, computed on all cores.
  package func mapInParallel<Value: Sendable>(_ transform: (Int) -> Value) -> [Value] {
    [Value](unsafeUninitializedCapacity: count) { values, initialized in
      nonisolated(unsafe) let values = values
      inParallel(count) { values.initializeElement(at: $0, to: transform(lowerBound + $0)) }
      initialized = count
    }
  }
}
