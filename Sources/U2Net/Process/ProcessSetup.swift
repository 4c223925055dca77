import CProcessMemory
package import Files
import Host
import LibC
import Pipelines

/// What a program puts right at its start, whoever starts it and however.
package enum ProcessSetup {
  /// Opens the standard streams that are closed, and sets how signals and file permissions are treated. Trap: call it
  /// before any file is opened.
  ///
  /// - Parameter endsWithReader: whether the program ends silently if the reader of standard output is gone, even if
  ///   its parent ignores SIGPIPE; otherwise writing is an error then.
  package static func begin(endsWithReader: Bool = true) {
    _ = arguments
    openStreams()
    signal(SIGPIPE, endsWithReader ? SIG_DFL : SIG_IGN)
    // A file that may not grow (`ulimit -f`) is an error of the file, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    // Drivers' compilers wait for their linkers, which they cannot where SIGCHLD is ignored.
    signal(SIGCHLD, SIG_DFL)
    // Whoever starts the program from a thread that blocks signals does not mean to make it deaf to them.
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
  package static let arguments: [FilePath] = {
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

  /// The path of this program. Without /proc it is what the shell was told, if that is a path.
  package static var executable: String? {
    let (own, name) = ("/proc/self/exe", arguments.first?.string ?? "")
    return FilePath(own).exists ? own : name.contains("/") ? name : nil
  }

  /// Runs the command on a stack that is large enough, whatever `ulimit -s` says.
  package static func run(_ command: @escaping @Sendable () -> Void) {
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
