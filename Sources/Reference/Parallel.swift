internal import Dispatch

/// Runs `body(0)` … `body(count − 1)` on all cores and returns when the last has finished.
///
/// The compiler cannot see that the calls do not interfere: each must write elements that no other touches.
func inParallel(_ count: Int, _ body: (Int) -> Void) {
  withoutActuallyEscaping(body) { body in
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: count) { body($0) }
  }
}
