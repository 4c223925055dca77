import ArgumentParser
import U2Net

struct VerifyModels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compare installed models with what was published.",
    discussion: "Exits with 6 when a file that has a published one's name is another.")

  @Argument(help: "The models that are meant; all that are installed unless told.")
  var names: [String] = []

  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
    let report = VerificationReport(files: try ModelStore().verify(names))
    if json { try Console.json(report) } else { try Console.write(report.table) }
    let wrong = report.files.filter { $0.verdict == .differs }
    guard let first = wrong.first else { return }
    let others = wrong.count == 1 ? "" : " (and \(wrong.count - 1) more)"
    throw Failure(
      .verification,
      "\(first.path)\(others) is not the published file; 'u2cl models pull \(first.name) --force' installs that")
  }
}

/// What `models verify` says.
struct VerificationReport: Encodable {
  /// The version of this form.
  var schema = 1
  let files: [CheckedFile]

  /// What people read.
  var table: String {
    guard !files.isEmpty else { return "no models are installed" }
    return Format.table(files.map { [$0.verdict.rawValue, $0.path, $0.reason] })
  }
}
