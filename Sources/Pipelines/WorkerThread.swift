internal import LibC

/// A thread for work that waits: for a file, a device, or other threads.
package struct WorkerThread {
  private let ended = Monitor(false)

  /// Starts a thread.
  package init(_ run: @escaping @Sendable () -> Void) {
    let body: @Sendable () -> Void = { [ended] in
      run()
      ended.update { $0 = true }
    }
    // If the system has no thread left, the work is done here and now.
    if !startDetachedThread(body) { body() }
  }

  /// Waits for the end of the thread.
  package func join() { ended.wait { $0 ? () : nil } }
}
