import Caches
import Files
import U2Net

/// What the user sees while programs are compiled, and how long it took.
enum CompilationDisplay {
  /// Shows the progress on a terminal.
  static func handler(isQuiet: Bool) -> @Sendable (ProgramProgress) -> Void {
    guard !isQuiet, FileDescriptor.standardError.isTerminal else { return { _ in } }
    return { progress in
      // What this process compiles itself is not counted ahead, and is soon done.
      guard let total = progress.total else { return }
      Console.status("compiling programs, \(progress.done) of \(total)")
    }
  }

  /// Reports what was compiled.
  ///
  /// - Parameter isKept: whether later runs load the programs.
  static func report(_ cost: CompilationCost, isKept: Bool) {
    let future = isKept ? "; later runs load \(cost.programs == 1 ? "it" : "them")" : ""
    Console.error("\(cost.summary)\(future)")
  }
}

extension CompilationCost {
  /// Such as `12 programs compiled in 3.4 s`.
  var summary: String {
    "\(programs) program\(programs == 1 ? "" : "s") compiled in \(Format.fixed(seconds, 1)) s"
  }
}

extension Cache {
  /// Whether programs are kept for later runs.
  var keepsPrograms: Bool {
    if case .folder = location { problem == nil } else { false }
  }
}
