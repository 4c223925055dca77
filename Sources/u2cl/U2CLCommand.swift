import ArgumentParser
import Glibc
import U2Net

/// The command line: a face over the U2Net library.
@main
struct U2CLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "u2cl",
    abstract: "U²-Net salient object detection on any GPU or CPU, through OpenCL.",
    discussion: """
      Exit codes: 0 done, 2 usage, 3 device, 4 model, 5 input or output, 6 results that should agree do not.
      """,
    version: u2clVersion,
    subcommands: [
      RunCommand.self, StreamCommand.self, DevicesCommand.self, BenchCommand.self, TuneCommand.self,
      CompareCommand.self, EvalCommand.self, ModelsCommand.self, CacheCommand.self,
    ])

  /// Parses and runs; a failure is one line on standard error and an exit code that says what sort it is.
  static func main() {
    // Whoever reads stops reading: the command ends without a word, also where its parent ignores that signal.
    signal(SIGPIPE, SIG_DFL)
    if CommandLine.arguments.dropFirst().first == DriverProcess.command { return tryDriver() }
    DriverProcess.executable = "/proc/self/exe"
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      Console.error("\(failure)")
      exit(withCode: failure.kind.rawValue)
    } catch {
      let code = exitCode(for: error)
      guard code == .validationFailure else { exit(withError: error) }
      Console.error("\(complaint(message(for: error))); see '\(helpCommand)'")
      exit(withCode: Failure.Kind.usage.rawValue)
    }
  }

  /// Does what another u2cl asks of this process, which a driver may end; not for people.
  private static func tryDriver() {
    _ = PoCLCache.makeUsable()
    DriverProcess.answer(CommandLine.arguments.dropFirst(2).first ?? "") { line in try? Console.write(line) }
  }

  /// The parser's message as a clause in one line; lists of values, which it writes line by line, with commas.
  private static func complaint(_ message: String) -> String {
    let lines = message.split(whereSeparator: \.isNewline).map(String.init)
    let items = lines.filter { $0.hasPrefix("  - ") }.map { $0.dropFirst(4) }.joined(separator: ", ")
    let words = lines.filter { !$0.hasPrefix("  - ") }.joined(separator: " ") + (items.isEmpty ? "" : " \(items)")
    let sentence = words.hasSuffix(".") ? String(words.dropLast()) : words
    let beginsWithAcronym = sentence.prefix(2).allSatisfy(\.isUppercase)
    return (beginsWithAcronym ? sentence : sentence.prefix(1).lowercased() + sentence.dropFirst()).oneLine
  }

  /// What tells more about the command that was meant.
  private static var helpCommand: String {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    let meant = CommandLine.arguments.dropFirst().first { names.contains($0) }
    return ["u2cl", meant, "--help"].compactMap { $0 }.joined(separator: " ")
  }

  private static func exit(withCode code: Int32) -> Never { exit(withError: ExitCode(code)) }
}
