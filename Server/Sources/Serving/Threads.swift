internal import Dispatch

/// Threads for work that waits: for a device, or for other threads. Swift's own threads must not wait.
struct Threads: Sendable {
  private let group = DispatchGroup()

  /// Starts a thread.
  func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    // A serial queue whose one block does not end has a thread for itself.
    DispatchQueue(label: name).async(group: group) { body() }
  }

  /// Waits for the end of all threads.
  func join() async {
    await withCheckedContinuation { continuation in group.notify(queue: .global()) { continuation.resume() } }
  }
}
