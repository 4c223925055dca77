internal import Files
internal import Host
internal import LibC

/// What is needed to start a program. No shell is involved: arguments arrive byte by byte.
struct ProcessLaunch: Sendable {
  let executable: FilePath
  /// The arguments after the name of the program.
  let arguments: [[UInt8]]
  /// Variables to set beside this process's own.
  let environment: [String: String]

  /// Starts the program in a process group of its own.
  ///
  /// - Parameter descriptors: what becomes its descriptors 0, 1, 2 and so on. It inherits no other.
  /// - Returns: the number of the process; nil if it could not be started.
  func start(_ descriptors: [FileDescriptor]) -> pid_t? {
    Self.keepFilesToThisProcess()
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
    defer { posix_spawn_file_actions_destroy(&actions) }
    guard posix_spawnattr_init(&attributes) == 0 else { return nil }
    defer { posix_spawnattr_destroy(&attributes) }
    // Standard streams are open in this process, so only further descriptors could be overwritten before their turn.
    let first = descriptors.enumerated().filter { $0.offset > 2 && $0.element.rawValue > 2 }
    guard first.allSatisfy({ entry in descriptors[(entry.offset + 1)...].allSatisfy { $0.rawValue != entry.offset } })
    else { return nil }
    for (number, descriptor) in descriptors.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor.rawValue, Int32(number))
    }
    posix_spawnattr_setpgroup(&attributes, 0)
    // Signals that this thread blocks are not blocked in the child; those that the process ignores are ignored there,
    // too, except for that of a pipe whose reader is gone.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    // Compilers wait for their linkers, which they cannot where SIGCHLD is ignored.
    sigaddset(&signals, SIGCHLD)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    let variables = Host.environment.merging(environment) { _, added in added }.map { "\($0.key)=\($0.value)" }
    let code = executable.withCString { executable in
      Self.withCStrings([Array(self.executable.bytes)] + arguments) { arguments in
        Self.withCStrings(variables.map { Array($0.utf8) }) { variables in
          posix_spawn(&process, executable, &actions, &attributes, arguments, variables)
        }
      }
    }
    return code == 0 ? process : nil
  }

  /// Marks files that whoever started this process has left open, so that no other process holds their locks and pipes.
  /// Files that this process opens are marked from the start.
  private static func keepFilesToThisProcess() {
    for descriptor in STDERR_FILENO + 1..<1024 {
      let flags = fcntl(descriptor, F_GETFD)
      if flags >= 0, flags & FD_CLOEXEC == 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
    }
  }

  private static func withCStrings<Result>(
    _ strings: [[UInt8]], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { bytes in FilePath(bytes: bytes).withCString { strdup($0) } }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
  }
}
