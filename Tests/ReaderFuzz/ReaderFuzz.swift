import ArgumentParser
import Foundation

/// Feeds the readers files that were sound until they were changed at random.
///
/// Batches run in processes of their own; a case that ends one (a crash, an allocation beyond the allowance, more than
/// five seconds of processor time) is told by its seed, and its bytes are kept if there is a folder for them.
@main
struct ReaderFuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ReaderFuzz", abstract: "Feed the readers damaged files and see that nothing but an error comes of it."
  )

  @Option(help: "The reader; all of them, one after the other, unless told.")
  var reader: Reader?

  @Option(help: "How many cases for each reader.")
  var cases: UInt64?

  @Option(help: "How long for each reader, in seconds.")
  var seconds: Double?

  @Option(help: "The seed of the first case; the next have the next.")
  var seed: UInt64 = 1

  @Option(help: "The folder for the bytes of cases that failed.")
  var findings: String?

  @Option(help: .hidden)
  var note: String?

  func validate() throws {
    if cases == nil && seconds == nil { throw ValidationError("Give --cases or --seconds") }
  }

  func run() throws {
    if let note, let reader, let cases {
      try runBatch(reader, cases, note)
      return
    }
    var found = 0
    for reader in reader.map({ [$0] }) ?? Reader.allCases {
      var hunt = try Hunt(reader, first: seed, cases: cases, seconds: seconds, findings: findings)
      try hunt.run()
      found += hunt.found
    }
    if found > 0 { throw ExitCode(1) }
  }

  private func runBatch(_ reader: Reader, _ cases: UInt64, _ note: String) throws {
    guard let file = FileHandle(forWritingAtPath: note) else { throw ValidationError("\(note) cannot be written") }
    let summary = try Batch(reader: reader, corpus: Corpus(reader), note: file).run(seed..<seed + cases)
    try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(summary))
  }
}
