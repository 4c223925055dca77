import Foundation
import LibC

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
    // What `wait4` says begins with this process's own peak; the kernel's mark of the command's memory does not.
    var (status, peak) = (Int32(), 0)
    while waitpid(process, &status, WNOHANG) == 0 {
      peak = max(peak, Self.highWaterMark(of: process) ?? 0)
      usleep(1000)
    }
    let signal = status & 0x7F
    return (signal == 0 ? status >> 8 & 0xFF : -signal, peak)
  }

  /// The most bytes that were resident since the process's program began.
  private static func highWaterMark(of process: pid_t) -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return nil }
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 << 10 }
  }
}
