import Foundation
import Glibc

extension Sandbox {
  /// Runs the command in the folder and says how much memory it had at most.
  ///
  /// - Returns: its exit code, negative for a signal, and the bytes that were resident at their most.
  func peakMemory(of arguments: [String]) throws -> (code: Int32, bytes: Int) {
    // A shell goes to the folder and becomes the command: `posix_spawn` alone does neither everywhere.
    let script = #"cd "$0" && exec "$@" > /dev/null 2> peak-errors"#
    let words = ["/bin/sh", "-c", script, folder, Self.command] + arguments
    let own = ["U2CL_CACHE": cache, "U2CL_MODELS": models]
    let variables = ProcessInfo.processInfo.environment.merging(own) { $1 }.map { "\($0)=\($1)" }
    var (argv, envp) = (words.map { strdup($0) } + [nil], variables.map { strdup($0) } + [nil])
    defer { for text in argv + envp { free(text) } }
    var process = pid_t()
    guard posix_spawn(&process, "/bin/sh", nil, nil, &argv, &envp) == 0 else {
      throw CocoaError(.executableNotLoadable)
    }
    var (status, usage) = (Int32(), rusage())
    while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return (signal == 0 ? status >> 8 & 0xFF : -signal, usage.ru_maxrss << 10)
  }
}
