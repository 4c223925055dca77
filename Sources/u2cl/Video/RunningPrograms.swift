import Pipelines
import Processes

/// The programs that run beside this one, which must not outlive it when it is stopped.
final class RunningPrograms: Sendable {
  private struct State {
    var programs: [PipedProcess] = []
    var isOver = false
  }

  private let state = Monitor(State())

  /// Adds a program, or ends it if all were ended.
  func add(_ program: PipedProcess) {
    let isOver = state.update { state in
      state.programs.append(program)
      return state.isOver
    }
    if isOver { program.kill() }
  }

  /// Ends those that still run.
  func end() {
    let programs = state.update { state in
      state.isOver = true
      return state.programs
    }
    for program in programs { program.kill() }
  }

  /// Ends them on a thread of its own as soon as the stop signal is given.
  func end(on stop: StopSignal) {
    _ = WorkerThread { [self] in
      // No descriptor, only the signal.
      _ = stop.waitForInput(on: -1)
      end()
    }
  }
}
