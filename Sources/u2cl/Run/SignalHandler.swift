import LibC
import Pipelines

/// Handles SIGINT and SIGTERM, so that a run ends with complete files.
///
/// The first signal gives the stop signal. A second one ends the process at once, and so does the first if the run has
/// not ended half a second later. Where the system has no thread to give, the first signal ends the process at once.
/// Trap: create the handler before other threads, which inherit that these signals are blocked.
final class SignalHandler: Sendable {
  private struct State {
    var signal: Int32?
    var isOver = false
  }

  private let state = Monitor(State())
  private let taken: [Int32]

  init(_ stop: StopSignal) {
    // Signals that are ignored from the start, as under nohup, stay ignored.
    taken = [SIGINT, SIGTERM].filter { !isIgnored($0) }
    guard !taken.isEmpty else { return }
    var set = Self.set(of: taken)
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let thread = WorkerThread { [state, taken] in Self.follow(taken, stop, state) }
    if thread == nil { pthread_sigmask(SIG_UNBLOCK, &set, nil) }
  }

  /// The signal that was received; nil if none was.
  var signal: Int32? { state.update { $0.signal } }

  /// The name of the signal.
  var name: String? { signal.map { $0 == SIGINT ? "SIGINT" : "SIGTERM" } }

  /// Ends the process as the signal does by default, so that its parent sees the signal. Does nothing without a signal.
  func endProcess() {
    guard let signal else { return }
    state.update { $0.isOver = true }
    Self.die(of: signal, taken)
  }

  private static func follow(_ taken: [Int32], _ stop: StopSignal, _ state: Monitor<State>) {
    var set = set(of: taken)
    var signal: Int32 = 0
    guard sigwait(&set, &signal) == 0 else { return }
    state.update { $0.signal = signal }
    stop.request()
    // From here on the next signal ends the process.
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    state.wait(atMost: .milliseconds(500)) { $0.isOver }
    if !state.update({ $0.isOver }) { die(of: signal, taken) }
  }

  /// Tells the handler that the run has ended.
  func end() { state.update { $0.isOver = true } }

  private static func die(of signal: Int32, _ taken: [Int32]) -> Never {
    LibC.signal(signal, SIG_DFL)
    var set = set(of: taken)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    kill(getpid(), signal)
    // As the first process of a container it survives the default effect of every signal.
    _exit(128 + signal)
  }

  private static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}
