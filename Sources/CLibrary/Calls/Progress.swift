import CLibraryHeader
import Synchronization

/// A caller's function that hears how far work has come, and may cancel it.
///
/// Unchecked Sendable: the caller says that the function may be called on any thread.
final class Progress: @unchecked Sendable {
  private let function: u2cl_progress_function?
  private let context: UnsafeMutableRawPointer?
  private let cancellation = Atomic(false)
  private let hasEnded = Atomic(false)

  init(_ function: u2cl_progress_function?, _ context: UnsafeMutableRawPointer?) {
    self.function = function
    self.context = context
  }

  /// The same function for other work.
  var fresh: Progress { Progress(function, context) }

  /// Whether the work was cancelled, or the process is about to end.
  var isCancelled: Bool { cancellation.load(ordering: .relaxed) || Ending.hasBegun }

  func cancel() { cancellation.store(true, ordering: .relaxed) }

  /// Calls the function no more: it need not outlive the work, but objects that report to it may.
  func end() { hasEnded.store(true, ordering: .relaxed) }

  /// Tells the caller how far the work is.
  func report(_ done: Int, of total: Int) {
    guard let function, !isCancelled, !hasEnded.load(ordering: .relaxed) else { return }
    let answer = Ending.inCallback { function(context, UInt64(max(0, done)), UInt64(max(0, total))) }
    if answer != 0 { cancel() }
  }

  /// - Throws: `CallError` if the work was cancelled.
  func check() throws { if isCancelled { throw CallError.cancelled } }
}
