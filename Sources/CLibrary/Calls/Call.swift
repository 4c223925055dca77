import CLibraryHeader
import LibC
import Synchronization
import Tensors

/// Runs the body of a function of the header: everything that can go wrong becomes a status and a line.
///
/// - Parameters:
///   - need: what must be ready before.
///   - body: the work. It writes the outputs of the function when nothing can fail any more.
func call(_ need: Need = .threads, _ body: () throws -> Void) -> u2cl_status {
  do {
    try Fork.enter()
    try Setup.shared.provide(need)
    if need == .drivers { try Ending.inDrivers(body) } else { try body() }
    return u2cl_status(U2CL_OK)
  } catch {
    let error = CallError(error)
    LastError.set(error.line)
    return error.status
  }
}

/// Releases a handle. In a forked child nothing happens, because a lock of the parent may be held for ever; nor when
/// the process ends, because drivers may have ended.
func release<Object: AnyObject & Sendable>(_ pointer: OpaquePointer?, _ type: Object.Type) -> u2cl_status {
  guard let pointer, !Fork.isChild, !Ending.hasBegun else { return u2cl_status(U2CL_OK) }
  return call(.nothing) { try Ending.inDrivers { try Handles.shared.remove(pointer, type) } }
}

/// What a function needs.
enum Need {
  /// Nothing but memory.
  case nothing
  /// Threads that compute.
  case threads
  /// OpenCL.
  case drivers
}

/// Whether this process was forked from one that has used the library.
enum Fork {
  /// The number of the process that used the library first; 0 before.
  private static let user = Atomic<Int32>(0)

  /// Whether the library was used at all.
  static var isUsed: Bool { user.load(ordering: .relaxed) != 0 }

  /// Whether the library was used by another process, of which this one is the child.
  static var isChild: Bool { ![0, getpid()].contains(user.load(ordering: .relaxed)) }

  /// - Throws: `CallError` in such a child.
  static func enter() throws {
    let own = getpid()
    let (isFirst, known) = user.compareExchange(expected: 0, desired: own, ordering: .relaxed)
    guard isFirst || known == own else {
      throw CallError(
        U2CL_ERROR_FORKED,
        "process \(own) was forked from process \(known), which has used u2cl; start it with exec or spawn, or fork "
          + "before the first use")
    }
  }
}

/// The line of the last failure of each thread.
enum LastError {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { free($0) }
    return key
  }()

  static func set(_ line: String) {
    free(pthread_getspecific(key))
    pthread_setspecific(key, strdup(line))
  }

  /// The line, which the thread keeps; nil if nothing has failed.
  static var line: UnsafePointer<CChar>? {
    pthread_getspecific(key).map { UnsafePointer($0.assumingMemoryBound(to: CChar.self)) }
  }
}
