internal import Dispatch
internal import SystemCalls

/// Threads for work that computes, and that waits: for a device, or for other threads. Swift's own threads must not
/// wait.
///
/// They give way to the threads of connections, so that a server whose cores are all busy accepts, refuses and tells
/// its state at once. The threads of a driver for the processor, which it starts where it is first used, do so, too.
struct Threads: Sendable {
  private let group = DispatchGroup()

  /// Starts a thread.
  func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    // A serial queue whose one block does not end has a thread for itself.
    DispatchQueue(label: name).async(group: group) {
      Self.giveWay()
      body()
    }
  }

  /// Lowers the priority of the calling thread. Elsewhere than on Linux, that would be the whole process's.
  private static func giveWay() {
    #if os(Linux)
      _ = nice(4)
    #endif
  }

  /// Waits for the end of all threads.
  func join() async {
    await withCheckedContinuation { continuation in group.notify(queue: .global()) { continuation.resume() } }
  }
}
