import ArgumentParser
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
    subcommands: [RunCommand.self, DevicesCommand.self, BenchCommand.self, CompareCommand.self])

  /// Parses and runs; a failure is one line on standard error and an exit code that says what sort it is.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      Console.error("\(failure)")
      exit(withCode: failure.kind.rawValue)
    } catch {
      let code = exitCode(for: error)
      guard code == .validationFailure else { exit(withError: error) }
      Console.write(fullMessage(for: error), to: .standardError)
      exit(withCode: Failure.Kind.usage.rawValue)
    }
  }

  private static func exit(withCode code: Int32) -> Never { exit(withError: ExitCode(code)) }
}
