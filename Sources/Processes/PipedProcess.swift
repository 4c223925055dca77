package import Files
internal import LibC
internal import Pipelines

/// Another process that this one feeds, or whose output this one reads, while both run.
package final class PipedProcess: Sendable {
  /// What of the process is connected to this one by a pipe.
  package struct Pipes: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Its standard input; without this it is empty.
    package static let input = Pipes(rawValue: 1)
    /// Its standard output; without this it is thrown away.
    package static let output = Pipes(rawValue: 2)
    /// Its descriptor 3, which it writes to.
    package static let notes = Pipes(rawValue: 4)
  }

  private struct State {
    var end: ChildProcess.End?
    var complaint: [UInt8] = []
    var isComplaintOver = false
  }

  private let process: pid_t
  private let inputPipe: Pipe?
  private let outputPipe: Pipe?
  private let notesPipe: Pipe?
  private let state: Monitor<State>

  /// Starts a process in a process group of its own.
  ///
  /// - Parameters:
  ///   - pipes: what is connected to this process.
  ///   - file: what becomes its descriptor 3, if `pipes` has no `notes`.
  /// - Returns: nil if it could not be started.
  package init?(
    _ executable: FilePath, arguments: [[UInt8]], _ pipes: Pipes, file: FileDescriptor? = nil
  ) {
    guard let nothing = Pipe(), let errors = Pipe() else { return nil }
    func pipe(_ kind: Pipes) -> Pipe?? { pipes.contains(kind) ? Pipe().map { .some($0) } : .some(nil) }
    guard let input = pipe(.input), let output = pipe(.output), let notes = pipe(.notes) else { return nil }
    (inputPipe, outputPipe, notesPipe) = (input, output, notes)
    guard let void = try? FileDescriptor.writing("/dev/null") else { return nil }
    nothing.closeWriter()
    var descriptors = [input?.reader ?? nothing.reader, output?.writer ?? void, errors.writer]
    if let third = notes?.writer ?? file { descriptors.append(third) }
    let launch = ProcessLaunch(executable: executable, arguments: arguments, environment: [:])
    let started = launch.start(descriptors)
    try? void.close()
    guard let started else { return nil }
    process = started
    input?.closeReader()
    output?.closeWriter()
    notes?.closeWriter()
    errors.closeWriter()
    state = Monitor(State())
    _ = WorkerThread { [state] in Self.listen(to: errors, state) }
  }

  /// Its standard input; nil without a pipe.
  package var input: FileDescriptor? { inputPipe?.writer }

  /// Its standard output; nil without a pipe.
  package var output: FileDescriptor? { outputPipe?.reader }

  /// What it writes to its descriptor 3; nil without a pipe.
  package var notes: FileDescriptor? { notesPipe?.reader }

  /// Ends its standard input. Only the thread that writes to it may call this.
  package func endInput() { inputPipe?.closeWriter() }

  /// Kills the process and all that it started, unless it has ended.
  package func kill() {
    state.update { state in
      // A process that has been waited for may have left its number to another.
      if state.end == nil { LibC.kill(-process, SIGKILL) }
    }
  }

  /// Waits until the process has ended.
  package func wait() -> ChildProcess.End {
    if let end = state.update({ $0.end }) { return end }
    // Waits without taking the end, so that the number still belongs to the process when it is killed meanwhile.
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    state.wait(atMost: .seconds(2)) { $0.isComplaintOver }
    return state.update { state in
      if let end = state.end { return end }
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
      let end = ChildProcess.end(status)
      state.end = end
      return end
    }
  }

  /// The last lines of its standard error that are not blank, each cut to 200 characters.
  package var complaints: [String] { ChildProcess.lines(state.update { $0.complaint }) }

  private static func listen(to errors: Pipe, _ state: Monitor<State>) {
    var bytes: [UInt8] = []
    while errors.reader.readSome(into: &bytes) {
      state.update { $0.complaint = ($0.complaint + bytes).suffix(8192) }
      bytes = []
    }
    state.update { $0.isComplaintOver = true }
  }
}
