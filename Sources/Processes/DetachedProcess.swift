internal import Files
internal import LibC

/// Another process that goes on after this one has ended.
public enum DetachedProcess {
  /// Starts a process in a process group of its own, so that signals from a terminal do not reach it. Its standard
  /// streams are `/dev/null`.
  ///
  /// - Parameter environment: variables to set beside this process's own.
  /// - Returns: whether it was started.
  public static func start(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) -> Bool {
    guard let input = try? FileDescriptor.reading("/dev/null"), let output = try? FileDescriptor.writing("/dev/null")
    else { return false }
    let launch = ProcessLaunch(
      executable: FilePath(executable), arguments: arguments.map { Array($0.utf8) }, environment: environment)
    return output.closeAfter { input.closeAfter { launch.start([input, output, output]) != nil } }
  }

  /// Lets every other process of the machine go first.
  ///
  /// Trap: on Linux this concerns the calling thread, and the threads and processes that it starts from then on.
  public static func yieldToOthers() {
    let missing = 10 - nice(0)
    if missing > 0 { _ = nice(missing) }
  }
}
