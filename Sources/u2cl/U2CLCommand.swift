import ArgumentParser
import Caches
import Files
import LibC
import Models
import U2Net

/// The command `u2cl`, a front end of the library U2Net.
@main
struct U2CLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "u2cl",
    abstract: "U²-Net salient object detection on any GPU or CPU, through OpenCL.",
    discussion: """
      Exit codes: 0 success, 2 wrong usage, 3 device, 4 model, 5 input or output, 6 results that should agree do not.
      """,
    version: u2clVersion,
    subcommands: [
      RunCommand.self, StreamCommand.self, VideoCommand.self, DevicesCommand.self, BenchCommand.self,
      TuneCommand.self, CompareCommand.self, EvalCommand.self, ModelsCommand.self, CacheCommand.self,
      ServeCommand.self,
    ])

  /// Parses the arguments and runs the command. A failure is a line on standard error and an exit code.
  static func main() {
    ProcessSetup.begin()
    ProcessSetup.run {
      if ProgramSetup.prepareForDrivers() { runCommand() }
    }
  }

  private static func runCommand() {
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
    if let advice = MistakenArguments.advice(on: ArgumentBytes.own.paths, commands: commands) {
      Console.error(advice)
      exit(withCode: Failure.Kind.usage.exitCode)
    }
    do {
      var command = try parseAsRoot(ArgumentBytes.own)
      try ThreadSettings.apply((command as? any DeviceCommand)?.device.threads)
      try command.run()
    } catch let failure as Failure {
      Console.error(failure.message)
      exit(withCode: failure.kind.exitCode)
    } catch {
      let code = exitCode(for: error)
      guard code == .validationFailure else { exit(withError: error) }
      Console.error("\(complaint(message(for: error))); see '\(helpCommand)'")
      exit(withCode: Failure.Kind.usage.exitCode)
    }
  }

  /// The message of the parser as a clause in one line; its lists of values are joined with commas.
  private static func complaint(_ message: String) -> String {
    let lines = message.split(whereSeparator: \.isNewline).map(String.init)
    let items = lines.filter { $0.hasPrefix("  - ") }.map { $0.dropFirst(4) }.joined(separator: ", ")
    let words = lines.filter { !$0.hasPrefix("  - ") }.joined(separator: " ") + (items.isEmpty ? "" : " \(items)")
    let sentence = words.hasSuffix(".") ? String(words.dropLast()) : words
    let beginsWithAcronym = sentence.prefix(2).allSatisfy(\.isUppercase)
    return (beginsWithAcronym ? sentence : sentence.prefix(1).lowercased() + sentence.dropFirst()).printable()
  }

  /// The command that shows help for the command that was meant.
  private static var helpCommand: String {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    let meant = ArgumentBytes.own.first { names.contains($0) }
    return ["u2cl", meant, "--help"].compactMap { $0 }.joined(separator: " ")
  }

  private static func exit(withCode code: Int32) -> Never { exit(withError: ExitCode(code)) }
}
