#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Another process that does something which may end or block whoever does it. It is waited for, and never outlives the
/// wait.
public struct ChildProcess: Sendable {
  /// How it came to its end.
  public enum End: Hashable, Sendable {
    /// It left with a code.
    case exit(Int32)
    /// A signal ended it.
    case signal(Int32)
    /// It said nothing for too long, and was killed.
    case silence
  }

  /// What came of it.
  public struct Outcome: Hashable, Sendable {
    /// How it ended.
    public let end: End
    /// Every line that it wrote to standard output.
    public let lines: [String]
    /// The last line of its standard error that is not empty, shortened.
    public let complaint: String?
  }

  private let executable: String
  private let arguments: [String]
  private let environment: [String: String]

  /// A process that is not started yet.
  ///
  /// - Parameter environment: what is set beside this process's own.
  public init(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) {
    (self.executable, self.arguments, self.environment) = (executable, arguments, environment)
  }

  /// Starts it in a process group of its own and waits. Its standard input holds nothing and ends when this process does:
  /// see `endWithParent`.
  ///
  /// - Parameter patience: the seconds for which it may write nothing to standard output before it is killed, with every
  ///   process of its group.
  /// - Returns: nil where it could not be started.
  public func run(patience: Double) -> Outcome? {
    guard let input = Pipe(), let output = Pipe(), let errors = Pipe() else { return nil }
    defer { input.closeWriting() }
    guard let process = spawn(input: input.reading, output: output.writing, errors: errors.writing) else { return nil }
    output.closeWriting()
    errors.closeWriting()
    var (written, complained) = ([UInt8](), [UInt8]())
    var isSilent = false
    // It may close a stream and go on, or leave it to a process of its own and end.
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 {
      let ready = [output, errors].map { pollfd(fd: $0.reading, events: Int16(POLLIN), revents: 0) }
      switch Self.wait(for: ready, written: &written, complained: &complained, seconds: patience) {
      case .heard: continue
      case .closed:
        isSilent = !Self.waits(for: process, seconds: patience, status: &status)
      case .silent: isSilent = true
      }
      if isSilent { kill(-process, SIGKILL) }
      if isSilent { while waitpid(process, &status, 0) < 0, errno == EINTR {} }
      break
    }
    output.drain(into: &written)
    errors.drain(into: &complained)
    // Whatever it started ends with it.
    kill(-process, SIGKILL)
    return Outcome(
      end: isSilent ? .silence : Self.end(status),
      lines: String(decoding: written, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init),
      complaint: Self.lastLine(complained))
  }

  /// In a process that `run` started: sees to it that it ends when the one that started it does, whatever it is doing.
  public static func endWithParent() {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    pthread_create(
      &thread, nil,
      { _ in
        var nothing: [UInt8] = []
        while Pipe.read(STDIN_FILENO, into: &nothing) {}
        _exit(0)
      }, nil)
  }

  private func spawn(input: Int32, output: Int32, errors: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
    defer { posix_spawn_file_actions_destroy(&actions) }
    guard posix_spawnattr_init(&attributes) == 0 else { return nil }
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    posix_spawnattr_setpgroup(&attributes, 0)
    // What this thread blocks is its own affair; what the whole process ignores, the child ignores, too.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    let code = Self.withStrings([executable] + arguments) { arguments in
      Self.withStrings(Self.variables(adding: environment)) { variables in
        posix_spawn(&process, executable, &actions, &attributes, arguments, variables)
      }
    }
    return code == 0 ? process : nil
  }

  private enum Event { case heard, closed, silent }

  /// Takes what is written next; only standard output counts as a sign of life.
  private static func wait(
    for streams: [pollfd], written: inout [UInt8], complained: inout [UInt8], seconds: Double
  ) -> Event {
    var streams = streams
    let start = ContinuousClock.now
    while true {
      let left = seconds - start.duration(to: .now) / .seconds(1)
      guard left > 0 else { return .silent }
      let count = poll(&streams, nfds_t(streams.count), Int32(min(left * 1000, 60_000).rounded(.up)))
      guard count >= 0 || errno == EINTR else { return .closed }
      guard count > 0 else { continue }
      if streams[1].revents != 0, !Pipe.read(streams[1].fd, into: &complained) { streams[1].fd = -1 }
      if streams[0].revents != 0 { return Pipe.read(streams[0].fd, into: &written) ? .heard : .closed }
    }
  }

  /// Whether a process that has nothing more to say ends in time.
  private static func waits(for process: pid_t, seconds: Double, status: inout Int32) -> Bool {
    let start = ContinuousClock.now
    while start.duration(to: .now) < .seconds(seconds) {
      if waitpid(process, &status, WNOHANG) == process { return true }
      usleep(1000)
    }
    return false
  }

  private static func end(_ status: Int32) -> End {
    let signal = status & 0x7F
    return signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
  }

  private static func lastLine(_ bytes: [UInt8]) -> String? {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.last { !$0.allSatisfy(\.isWhitespace) }.map { String($0.prefix(200)) }
  }

  private static func variables(adding added: [String: String]) -> [String] {
    var all: [String] = []
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if added[String(text.prefix { $0 != "=" })] == nil { all.append(text) }
      next += 1
    }
    return all + added.map { "\($0.key)=\($0.value)" }
  }

  private static func withStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
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

/// Two ends of a pipe; both are closed with it.
private final class Pipe {
  let reading: Int32
  private(set) var writing: Int32

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
  }

  deinit {
    close(reading)
    closeWriting()
  }

  func closeWriting() {
    guard writing >= 0 else { return }
    close(writing)
    writing = -1
  }

  /// Takes what is there without waiting for more.
  func drain(into bytes: inout [UInt8]) {
    _ = fcntl(reading, F_SETFL, fcntl(reading, F_GETFL) | O_NONBLOCK)
    while Self.read(reading, into: &bytes) {}
  }

  /// Takes what can be read; false at the end, and where nothing is there.
  static func read(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, &block, block.count)
      #elseif canImport(Musl)
        let count = Musl.read(descriptor, &block, block.count)
      #else
        let count = Darwin.read(descriptor, &block, block.count)
      #endif
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      bytes += block[..<count]
      return true
    }
  }
}
