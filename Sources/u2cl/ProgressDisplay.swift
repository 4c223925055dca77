import Glibc
import U2Net

/// How far a long work is: one line that is drawn over on a terminal, a plain line now and then elsewhere.
struct ProgressDisplay {
  private let total: Int
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant?

  init(total: Int, isQuiet: Bool) {
    self.total = total
    self.isQuiet = isQuiet
    start = clock.now
  }

  /// Says how far it is, unless it was said a moment ago.
  mutating func show(done: Int, resumed: Int) {
    guard !isQuiet else { return }
    let now = clock.now
    let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
    guard done == total || (last ?? start).duration(to: now) >= pause else { return }
    last = now
    let line = line(done: done, resumed: resumed, seconds: start.duration(to: now).seconds)
    if isTerminal { Console.status(line) } else { Console.error(line) }
  }

  /// Leaves the terminal's line.
  func end() {
    if !isQuiet && isTerminal && last != nil { Console.status("", endsLine: true) }
  }

  private func line(done: Int, resumed: Int, seconds: Double) -> String {
    let rate = Double(done - resumed) / max(seconds, 1e-9)
    var parts = ["\(done) of \(total)"]
    if resumed > 0 { parts.append("\(resumed) of them before") }
    if done > resumed { parts.append("\(Format.fixed(rate, 1)) a second") }
    if done > resumed && done < total { parts.append("\(Format.minutes(Double(total - done) / rate)) left") }
    return parts.joined(separator: ", ")
  }
}
