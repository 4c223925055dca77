import CLibraryHeader
import LibC
import Synchronization

/// Lets one thread in at a time, and refuses the one that is inside already, as the thread of a callback is.
final class Turn: Sendable {
  /// What is refused, such as `a callback used the detector that it was called for`.
  private let refusal: String
  private let lock = Mutex(())
  /// The thread that is inside; 0 for none.
  private let holder = Atomic<UInt>(0)

  init(refusal: String) { self.refusal = refusal }

  /// Whether this thread is inside.
  var isMine: Bool { holder.load(ordering: .relaxed) == Self.thread }

  /// Runs a body when no other thread is inside.
  ///
  /// - Throws: `CallError` if this thread is inside already; what the body throws.
  func take<Result>(_ body: () throws -> Result) throws -> Result {
    guard !isMine else { throw CallError.usage(refusal) }
    // What the body makes is the caller's, who alone has it; the lock's closure must not return it.
    var result: Swift.Result<Result, any Error>?
    lock.withLock { _ in held { result = Swift.Result { try body() } } }
    guard let result else { throw CallError(U2CL_ERROR_INTERNAL, "a turn was not taken") }
    return try result.get()
  }

  /// Runs a body if no thread is inside.
  func takeIfFree(_ body: () -> Void) {
    guard !isMine else { return }
    _ = lock.withLockIfAvailable { _ in held(body) }
  }

  private func held(_ body: () -> Void) {
    holder.store(Self.thread, ordering: .relaxed)
    defer { holder.store(0, ordering: .relaxed) }
    body()
  }

  private static var thread: UInt {
    #if canImport(ObjectiveC)
      UInt(bitPattern: pthread_self())
    #else
      UInt(pthread_self())
    #endif
  }
}
