import Synchronization

/// How many of a model's programs have been compiled so far.
package struct ProgramProgress: Sendable, Hashable {
  /// The number of programs that are compiled.
  package let done: Int
  /// The number of all programs; nil if it is not known.
  package let total: Int?

  /// The line by which a process reports a compiled program.
  static func line(ofTotal total: Int) -> String { "compiled 1 of \(total)" }

  /// The number of all programs in such a line; nil if it is another line.
  fileprivate static func total(in line: String) -> Int? {
    let start = "compiled 1 of "
    return line.hasPrefix(start) ? Int(line.dropFirst(start.count)) : nil
  }
}

/// Counts the programs that several processes compile side by side.
final class ProgramCounter: Sendable {
  private let done = Mutex(0)
  private let report: @Sendable (ProgramProgress) -> Void

  init(_ report: @escaping @Sendable (ProgramProgress) -> Void) { self.report = report }

  /// Takes a line of one of the processes.
  func hear(_ line: String) {
    guard let total = ProgramProgress.total(in: line) else { return }
    done.withLock { done in
      done += 1
      report(ProgramProgress(done: min(done, total), total: total))
    }
  }
}

/// The programs that were compiled, rather than loaded, before a network could run.
package struct CompilationCost: Sendable, Hashable, Codable {
  /// The number of programs.
  package let programs: Int
  /// How long it took, in seconds.
  package let seconds: Double
}
