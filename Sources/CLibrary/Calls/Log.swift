public import CLibraryHeader
import Synchronization

/// Who receives what the user should know.
enum Log {
  /// A function of the caller and its context, which it says may be used on any thread.
  struct Receiver: @unchecked Sendable {
    let function: u2cl_log_function
    let context: UnsafeMutableRawPointer?
  }

  private static let receiver = Mutex<Receiver?>(nil)

  static func set(_ new: Receiver?) { receiver.withLock { $0 = new } }

  /// Sends a line.
  static func write(_ line: String) {
    // The function runs after the lock is open again, as it may set another one.
    guard let receiver = receiver.withLock({ $0 }) else { return }
    Ending.inCallback { line.withCString { receiver.function(receiver.context, $0) } }
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_set_log(_ function: u2cl_log_function?, _ context: UnsafeMutableRawPointer?) -> u2cl_status {
  guard !Fork.isChild else { return call {} }
  Log.set(function.map { Log.Receiver(function: $0, context: context) })
  return u2cl_status(U2CL_OK)
}
