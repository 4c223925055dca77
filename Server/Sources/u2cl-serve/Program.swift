import ArgumentParser
import U2Net
import SystemCalls

/// The program: prepares the process, and runs the command.
@main enum Program {
  static func main() async {
    do throws(Failure) {
      guard try ProgramSetup.begin(notice: tell) else { return }
    } catch {
      ServeCommand.exit(withError: ValidationError(error.description))
    }
    await ServeCommand.main()
  }

  /// Writes a line to standard error; if that cannot be written, there is nowhere left to say so.
  private static func tell(_ line: String) {
    let bytes = Array("u2cl-serve: \(line)\n".utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
