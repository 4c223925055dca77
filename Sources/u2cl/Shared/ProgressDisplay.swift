import Benchmarking
import Files
import Models
import U2Net

/// The progress of a long task: a line that is overwritten on a terminal, and a plain line now and then elsewhere.
struct ProgressDisplay {
  /// The unit that is counted.
  enum Unit {
    case items
    case bytes

    fileprivate func amount(_ count: Int) -> String { self == .items ? "\(count)" : count.formattedSize }

    fileprivate func rate(_ perSecond: Double) -> String {
      self == .items ? Format.fixed(perSecond, 1) : Int(min(perSecond, 1e15)).formattedSize
    }
  }

  /// The total amount; nil if it is not known.
  private let total: Int?
  private let unit: Unit
  private let isQuiet: Bool
  private let isTerminal = FileDescriptor.standardError.isTerminal
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant?

  /// - Parameter total: the total amount; nil if it is not known.
  init(total: Int?, isQuiet: Bool, unit: Unit = .items) {
    self.total = total
    self.unit = unit
    self.isQuiet = isQuiet
    start = clock.now
  }

  /// Shows the progress, unless it was shown a moment ago.
  ///
  /// - Parameters:
  ///   - done: the finished amount, including that of an earlier run.
  ///   - failed: the failed amount.
  ///   - resumed: the amount that an earlier run had finished.
  mutating func show(done: Int, failed: Int = 0, resumed: Int = 0) {
    guard !isQuiet else { return }
    let now = clock.now
    let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
    guard done + failed == total || (last ?? start).duration(to: now) >= pause else { return }
    last = now
    let line = line(done: done, failed: failed, resumed: resumed, seconds: start.duration(to: now).seconds)
    if isTerminal { Console.status(line) } else { Console.error(line) }
  }

  /// Ends the line of the terminal.
  func end() {
    if !isQuiet && isTerminal && last != nil { Console.status("", endsLine: true) }
  }

  /// Writes the summary, such as `998 pictures in 1:12, 13.8 a second; 2 failed`.
  func summarize(done: Int, of thing: String, notes: [String] = []) {
    guard !isQuiet else { return }
    let seconds = start.duration(to: clock.now).seconds
    var parts = ["\(done) \(thing)\(done == 1 ? "" : "s") in \(Format.minutes(seconds))"]
    if done > 1 { parts[0] += ", \(Format.fixed(Double(done) / max(seconds, 1e-9), 1)) a second" }
    Console.error((parts + notes).joined(separator: "; "))
  }

  private func line(done: Int, failed: Int, resumed: Int, seconds: Double) -> String {
    let fresh = done + failed - resumed
    let rate = Double(fresh) / max(seconds, 1e-9)
    var parts = [unit.amount(done + failed) + (total.map { " of \(unit.amount($0))" } ?? "")]
    if resumed > 0 { parts.append("\(unit.amount(resumed)) of \(unit == .items ? "them" : "it") before") }
    if failed > 0 { parts.append("\(failed) failed") }
    if fresh > 0 { parts.append("\(unit.rate(rate)) a second") }
    if let total, fresh > 0, done + failed < total {
      parts.append("\(Format.minutes(Double(total - done - failed) / rate)) left")
    }
    return parts.joined(separator: ", ")
  }
}
