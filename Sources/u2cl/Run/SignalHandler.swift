import Glibc
import Pipelines

/// Takes SIGINT and SIGTERM, so that a run ends with whole files: the first gives a stop signal. A second one, or one
/// that nobody heeds for a while, ends the process at once.
///
/// Make it before other threads are started: they inherit that these signals are not theirs.
final class SignalHandler: Sendable {
  private struct State {
    var signal: Int32?
    var isOver = false
  }

  private let state = Monitor(State())
  private let taken: [Int32]

  init(_ stop: StopSignal) {
    // What was to be ignored from the start, as under nohup, still is.
    taken = [SIGINT, SIGTERM].filter { signal in
      var action = sigaction()
      sigaction(signal, nil, &action)
      return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self)
    }
    guard !taken.isEmpty else { return }
    var set = Self.set(of: taken)
    pthread_sigmask(SIG_BLOCK, &set, nil)
    _ = WorkerThread { [state, taken] in Self.follow(taken, stop, state) }
  }

  /// The signal that came; nil where none did.
  var signal: Int32? { state.update { $0.signal } }

  /// The signal's name.
  var name: String? { signal.map { $0 == SIGINT ? "SIGINT" : "SIGTERM" } }

  /// Ends the process as the signal does by itself, so that whoever started it sees what ended it.
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
    // From here on the next one is deadly.
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    state.wait(atMost: .milliseconds(500)) { $0.isOver }
    if !state.update({ $0.isOver }) { die(of: signal, taken) }
  }

  /// The run has ended by itself.
  func end() { state.update { $0.isOver = true } }

  private static func die(of signal: Int32, _ taken: [Int32]) {
    Glibc.signal(signal, SIG_DFL)
    var set = set(of: taken)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    kill(getpid(), signal)
  }

  private static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}
