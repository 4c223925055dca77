import ArgumentParser
import Models
import U2Net

struct VerifyModels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compare installed models with the published ones.",
    usage: "u2cl models verify [<names> ...] [--json]",
    discussion: "The exit code is 6 if a file has the name of a published one but other contents.")

  @Argument(help: "Names of models. Every installed model by default.")
  var names: [String] = []

  @Flag(help: "Write the report as JSON.")
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

/// The report of `models verify`.
struct VerificationReport: Encodable {
  /// The version of this report's format.
  var schema = 1
  let files: [CheckedFile]

  /// The table for people.
  var table: String {
    guard !files.isEmpty else { return "no models are installed" }
    return Format.table(files.map { [$0.verdict.rawValue, $0.path, $0.reason] })
  }
}
