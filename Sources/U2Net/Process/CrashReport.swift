import Host
import LibC

/// What is written if a driver, or a fault of u2cl itself, ends the process: one line and an exit code, as for every
/// failure.
///
/// Drivers are tried in processes of their own, so this is for what only happens later. With `SWIFT_BACKTRACE` in the
/// environment nothing is handled, for those who look for the cause.
package enum CrashReport {
  /// The lines by signal. They are made beforehand, because a signal handler can make nothing.
  nonisolated(unsafe) private static var lines: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  private static let signals = [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP]

  /// Handles the signals from now on.
  package static func install() {
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

  /// Handles the signals again, if they were handled before. LLVM, which drivers compile with, puts handlers of its own
  /// in place of ours.
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
