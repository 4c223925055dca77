import CProcessMemory
import Files
import Host
import LibC
import Pipelines

/// What the command puts right at its start, whoever starts it and however.
enum ProcessSetup {
  /// Opens the standard streams that are closed, and sets how signals and file permissions are treated. Trap: call it
  /// before any file is opened.
  static func begin() {
    _ = arguments
    openStreams()
    // If the reader of standard output is gone, the command ends silently, even if its parent ignores SIGPIPE.
    signal(SIGPIPE, SIG_DFL)
    // A file that may not grow (`ulimit -f`) is an error of the file, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    // Drivers' compilers wait for their linkers, which they cannot where SIGCHLD is ignored.
    signal(SIGCHLD, SIG_DFL)
    // Whoever starts the command from a thread that blocks signals does not mean to make it deaf to them.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    pthread_sigmask(SIG_SETMASK, &unblocked, nil)
    // Signals have no default effect on the first process of a container.
    if getpid() == 1 { handleOnce([SIGINT, SIGTERM, SIGHUP, SIGQUIT]) { _exit(128 + $0) } }
    // The process reads what it and its drivers have written, so its owner's permissions are not masked.
    let mask = umask(0o077)
    umask(mask & 0o077)
    // By default each picture's memory is given back and taken anew, page by page: 3 ms a picture of 1280×720.
    if Host.mappableBytes == nil { u2cl_keep_freed_memory() }
  }

  /// The arguments of this process, its name included.
  ///
  /// Swift reads them from /proc. Where that is missing, they are taken from where the system has put them, in front of
  /// the environment. Trap: they are found there only until a variable is set.
  static let arguments: [FilePath] = {
    let count = Int(CommandLine.argc)
    if count > 0 { return (0..<count).compactMap { CommandLine.unsafeArgv[$0].map { FilePath(cString: $0) } } }
    let variables: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = environ
    guard variables[-1] == nil else { return [] }
    var found: [FilePath] = []
    // The number of arguments comes before the first of them.
    while let word = variables[-2 - found.count], UInt(bitPattern: word) != UInt(found.count) {
      found.append(FilePath(cString: word))
    }
    return found.reversed()
  }()

  /// Runs the command on a stack that is large enough, whatever `ulimit -s` says.
  static func run(_ command: @escaping @Sendable () -> Void) {
    if let stack = ResourceLimit.stack.current, stack < 1 << 20, let thread = WorkerThread(command) {
      thread.join()
    } else {
      command()
    }
  }

  /// Opens each standard stream that is closed, so that no other file gets its number. It is opened the wrong way
  /// round: to read or write it remains an error.
  private static func openStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      let way = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
      if open("/dev/null", way) < 0 { _ = open("/", O_RDONLY) }
    }
  }
}

/// What is written if a driver, or a fault of u2cl itself, ends the process: one line and an exit code, as for every
/// failure.
///
/// Drivers are tried in processes of their own, so this is for what only happens later. With `SWIFT_BACKTRACE` in the
/// environment nothing is handled, for those who look for the cause.
enum CrashReport {
  /// The lines by signal. They are made beforehand, because a signal handler can make nothing.
  nonisolated(unsafe) private static var lines: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  private static let signals = [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP]

  /// Handles the signals from now on.
  static func install() {
    guard getenv("SWIFT_BACKTRACE") == nil else { return }
    let count = Int(signals.max() ?? 0) + 1
    let lines = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: count)
    lines.initialize(repeating: nil, count: count)
    for signal in signals { lines[Int(signal)] = strdup(line(for: signal)) }
    Self.lines = lines
    // The handler must run after a stack has overflowed, too.
    var stack = stack_t()
    stack.ss_size = 64 << 10
    stack.ss_sp = malloc(stack.ss_size)
    if stack.ss_sp != nil { sigaltstack(&stack, nil) }
    handle()
  }

  /// Handles the signals again. LLVM, which drivers compile with, puts handlers of its own in place of ours.
  static func reinstall() { if lines != nil { handle() } }

  private static func handle() {
    handleOnce(signals) { signal in
      if let line = CrashReport.lines?[Int(signal)] { _ = write(STDERR_FILENO, line, strlen(line)) }
      _exit(signal == SIGBUS ? 5 : 3)
    }
  }

  private static func line(for signal: Int32) -> String {
    let end = "ended by signal \(signal) (\(strsignal(signal).map { String(cString: $0) } ?? "?"))"
    if signal == SIGBUS { return "u2cl: \(end); a file was cut short, perhaps, while it was read\n" }
    return "u2cl: \(end), probably by an OpenCL driver; --device reference needs none\(Host.restrictionNote)\n"
  }
}
