import Glibc

/// How far long work has come, on standard error: one line that changes where that is a terminal, a line now and then
/// where it is not.
final class ProgressLine {
  private let name: String
  private let unit: String
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) != 0
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant?

  /// Nothing is written before the first update.
  init(_ name: String, unit: String, isQuiet: Bool) {
    self.name = name
    self.unit = unit
    self.isQuiet = isQuiet
    start = clock.now
  }

  /// So many are done.
  func update(_ done: Int, of all: Int) {
    let now = clock.now
    let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
    guard !isQuiet, done == all || last.map({ $0.duration(to: now) >= pause }) ?? isTerminal else { return }
    last = now
    let seconds = Double(start.duration(to: now).components.seconds)
    let left = done > 0 && done < all ? ", about \(Int(seconds / Double(done) * Double(all - done))) s left" : ""
    let text = "\(name): \(done) of \(all) \(unit)\(left)"
    Console.progress(isTerminal ? "\r\(text)\u{1B}[K" : "\(text)\n")
  }

  /// Ends the line that changes.
  func finish() {
    if isTerminal && !isQuiet && last != nil { Console.progress("\n") }
  }
}
