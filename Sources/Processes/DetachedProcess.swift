internal import LibC

/// Another process that goes on after this one has ended, whatever becomes of its terminal.
public enum DetachedProcess {
  /// Starts a process whose standard streams are `/dev/null`. Its first act should be `detach`.
  ///
  /// - Parameter environment: variables to set beside this process's own.
  /// - Returns: whether it was started.
  public static func start(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) -> Bool {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    guard posix_spawn_file_actions_init(&actions) == 0 else { return false }
    defer { posix_spawn_file_actions_destroy(&actions) }
    guard posix_spawnattr_init(&attributes) == 0 else { return false }
    defer { posix_spawnattr_destroy(&attributes) }
    for (stream, flags) in [(STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_WRONLY), (STDERR_FILENO, O_WRONLY)] {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", flags, 0)
    }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    return ChildProcess.spawn(executable, arguments, environment, &actions, &attributes) != nil
  }

  /// In a process that `start` started: leaves the terminal of the process that started it.
  public static func detach() { _ = setsid() }

  /// Lets every other process of the machine go first.
  ///
  /// Trap: on Linux this concerns the calling thread, and the threads and processes that it starts from then on.
  public static func yieldToOthers() {
    let missing = 10 - nice(0)
    if missing > 0 { _ = nice(missing) }
  }
}
