import Glibc
import U2Net

/// How far a long work is: one line that is drawn over on a terminal, a plain line now and then elsewhere.
struct ProgressDisplay {
  /// What is counted.
  enum Unit {
    case items
    case bytes

    fileprivate func amount(_ count: Int) -> String { self == .items ? "\(count)" : count.formattedSize }

    fileprivate func rate(_ perSecond: Double) -> String {
      self == .items ? Format.fixed(perSecond, 1) : Int(min(perSecond, 1e15)).formattedSize
    }
  }

  private let total: Int?
  private let unit: Unit
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant?

  /// - Parameter total: nil where it is not known.
  init(total: Int?, isQuiet: Bool, unit: Unit = .items) {
    self.total = total
    self.unit = unit
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
    var parts = [unit.amount(done) + (total.map { " of \(unit.amount($0))" } ?? "")]
    if resumed > 0 { parts.append("\(unit.amount(resumed)) of \(unit == .items ? "them" : "it") before") }
    if done > resumed { parts.append("\(unit.rate(rate)) a second") }
    if let total, done > resumed && done < total {
      parts.append("\(Format.minutes(Double(total - done) / rate)) left")
    }
    return parts.joined(separator: ", ")
  }
}
