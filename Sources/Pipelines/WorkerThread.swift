internal import LibC
internal import Synchronization

/// A thread for work that waits: for a file, a device, or other threads.
package struct WorkerThread: Sendable {
  private let ended = Monitor(false)

  /// The stack of a thread, in bytes, whatever the system's limit is: drivers compile on these threads.
  package static let usualStackSize = 8 << 20
  private static let stackSize = Atomic(usualStackSize)

  /// Gives threads a stack of a megabyte from now on. It is enough for everything but drivers' compilers.
  package static func saveMemory() { stackSize.store(1 << 20, ordering: .relaxed) }

  /// Starts a thread.
  ///
  /// - Returns: nil if the system has no thread to give; then `run` never runs.
  package init?(_ run: @escaping @Sendable () -> Void) {
    let body: @Sendable () -> Void = { [ended] in
      run()
      ended.update { $0 = true }
    }
    // A thread that has just ended may still count for a moment.
    for pause: UInt32 in [0, 1000, 4000] {
      if pause > 0 { usleep(pause) }
      if startDetachedThread(stackSize: Self.stackSize.load(ordering: .relaxed), body) { return }
    }
    return nil
  }

  /// Starts a thread for each function; none of them runs unless all threads could be started.
  ///
  /// - Returns: nil if the system has fewer threads to give.
  static func start(_ functions: [@Sendable () -> Void]) -> [WorkerThread]? {
    let isComplete = Monitor<Bool?>(nil)
    var threads: [WorkerThread] = []
    for function in functions {
      guard let thread = WorkerThread({ if isComplete.wait({ $0 }) { function() } }) else { break }
      threads.append(thread)
    }
    isComplete.update { $0 = threads.count == functions.count }
    if threads.count == functions.count { return threads }
    for thread in threads { thread.join() }
    return nil
  }

  /// Waits for the end of the thread.
  package func join() { ended.wait { $0 ? () : nil } }

  /// The number of threads that the system has to give, found out by starting them; they end at once.
  ///
  /// A thread takes about 15 µs, and little memory. Limits are counted in several places (`ulimit -u`, control groups,
  /// the machine), and only this tells what is left of them.
  /// - Parameter most: where to stop.
  package static func available(upTo most: Int) -> Int {
    let gate = Monitor((isOpen: false, running: 0))
    var count = 0
    while count < most {
      let hasStarted = startDetachedThread(stackSize: 128 << 10) {
        gate.wait { $0.isOpen ? () : nil }
        gate.update { $0.running -= 1 }
      }
      guard hasStarted else { break }
      count += 1
    }
    gate.update { $0 = (true, $0.running + count) }
    gate.wait { $0.running == 0 ? () : nil }
    return count
  }
}
