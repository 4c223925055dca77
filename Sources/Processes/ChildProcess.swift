package import Files
internal import LibC

/// Another process for work that may crash or hang. The caller waits for it, and it never outlives the wait.
public struct ChildProcess: Sendable {
  /// How a process ended.
  public enum End: Hashable, Sendable {
    /// It exited with a code.
    case exit(Int32)
    /// A signal ended it.
    case signal(Int32)
    /// It was killed because it wrote nothing for too long.
    case silence
  }

  /// What a process wrote and how it ended.
  public struct Outcome: Hashable, Sendable {
    /// How it ended.
    public let end: End
    /// The lines that it wrote to standard output.
    public let lines: [String]
    /// The last line of its standard error that is not blank, cut to 200 characters.
    public let complaint: String?
  }

  private let launch: ProcessLaunch

  /// A process that is not started yet.
  ///
  /// - Parameter environment: variables to set beside this process's own.
  public init(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) {
    launch = ProcessLaunch(
      executable: FilePath(executable), arguments: arguments.map { FilePath($0).bytes }, environment: environment)
  }

  /// A process that is not started yet, whose arguments may hold any bytes.
  package init(_ executable: FilePath, arguments: [[UInt8]]) {
    launch = ProcessLaunch(executable: executable, arguments: arguments, environment: [:])
  }

  /// Starts the process in a process group of its own and waits for it.
  ///
  /// Its standard input is an empty pipe that closes when this process ends; see `endWithParent`.
  ///
  /// - Parameter patience: the seconds for which it may write nothing to standard output. Then it is killed, with every
  ///   process of its group.
  /// - Parameter heard: called with each line that it writes to standard output, once the line is complete.
  /// - Returns: nil if it could not be started.
  public func run(patience: Double, heard: (String) -> Void = { _ in }) -> Outcome? {
    guard let input = Pipe(), let output = Pipe(), let errors = Pipe() else { return nil }
    defer { input.closeWriter() }
    guard let process = launch.start([input.reader, output.writer, errors.writer]) else { return nil }
    output.closeWriter()
    errors.closeWriter()
    var (written, complained) = ([UInt8](), [UInt8]())
    var isSilent = false
    var reported = 0
    // It may close a stream and go on, or leave the stream to a process of its own and end.
    var status: Int32 = 0
    while Self.isRunning(process, status: &status) {
      switch Self.wait(for: output, errors, written: &written, complained: &complained, seconds: patience) {
      case .written:
        Self.report(written, from: &reported, to: heard)
        continue
      case .closed: isSilent = !Self.ends(process, within: patience, status: &status)
      case .silent: isSilent = true
      }
      if isSilent { kill(-process, SIGKILL) }
      if isSilent { while waitpid(process, &status, 0) < 0, errno == EINTR {} }
      break
    }
    output.drain(into: &written)
    errors.drain(into: &complained)
    // The processes that it started end with it.
    kill(-process, SIGKILL)
    return Outcome(
      end: isSilent ? .silence : Self.end(status),
      lines: String(decoding: written, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init),
      complaint: Self.lines(complained).last)
  }

  /// In a process that `run` started: makes the process end when its parent does, whatever it is doing then.
  public static func endWithParent() {
    _ = startDetachedThread {
      var nothing: [UInt8] = []
      while FileDescriptor.standardInput.readSome(into: &nothing) {}
      _exit(0)
    }
  }

  /// Reports the lines that have been completed since the last report.
  private static func report(_ written: [UInt8], from reported: inout Int, to heard: (String) -> Void) {
    while let end = written[reported...].firstIndex(of: UInt8(ascii: "\n")) {
      heard(String(decoding: written[reported..<end], as: UTF8.self))
      reported = end + 1
    }
  }

  private enum Event { case written, closed, silent }

  /// Reads what is written next; only standard output counts as a sign of life.
  private static func wait(
    for output: Pipe, _ errors: Pipe, written: inout [UInt8], complained: inout [UInt8], seconds: Double
  ) -> Event {
    var streams = [output, errors].map { pollfd(fd: $0.reader.rawValue, events: Int16(POLLIN), revents: 0) }
    let start = ContinuousClock.now
    while true {
      let left = seconds - start.duration(to: .now) / .seconds(1)
      guard left > 0 else { return .silent }
      let count = poll(&streams, nfds_t(streams.count), Int32(min(left * 1000, 60_000).rounded(.up)))
      guard count >= 0 || errno == EINTR else { return .closed }
      guard count > 0 else { continue }
      if streams[1].revents != 0, !errors.reader.readSome(into: &complained) { streams[1].fd = -1 }
      if streams[0].revents != 0 { return output.reader.readSome(into: &written) ? .written : .closed }
    }
  }

  /// Whether a process that has closed its standard output ends in time.
  private static func ends(_ process: pid_t, within seconds: Double, status: inout Int32) -> Bool {
    let start = ContinuousClock.now
    while start.duration(to: .now) < .seconds(seconds) {
      if !isRunning(process, status: &status) { return true }
      usleep(1000)
    }
    return false
  }

  /// Whether a process has not ended yet. Where SIGCHLD is ignored, the system keeps no status of one that has.
  private static func isRunning(_ process: pid_t, status: inout Int32) -> Bool {
    let ended = waitpid(process, &status, WNOHANG)
    return ended == 0 || (ended < 0 && errno == EINTR)
  }

  static func end(_ status: Int32) -> End {
    let signal = status & 0x7F
    return signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
  }

  /// The lines that are not blank, each cut to 200 characters.
  static func lines(_ bytes: [UInt8]) -> [String] {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.filter { !$0.allSatisfy(\.isWhitespace) }.map { String($0.prefix(200)) }
  }
}

extension ChildProcess.End: CustomStringConvertible {
  /// Such as `ended with signal 6 (Aborted)`.
  public var description: String {
    switch self {
    case .exit(let code): "exited with code \(code)"
    case .signal(let number): "ended with signal \(number) (\(strsignal(number).map { String(cString: $0) } ?? "?"))"
    case .silence: "did not answer in time"
    }
  }
}
