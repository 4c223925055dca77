import ArgumentParser
import Foundation

/// Feeds the readers valid files that were changed at random.
///
/// Batches run in processes of their own. A case that ends one (by a crash, by allocating more than allowed, or by
/// taking more than five seconds of processor time) is reported by its seed, and its bytes are kept if a folder is
/// given.
@main
struct ReaderFuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ReaderFuzz",
    abstract: "Feed the readers damaged files and check that they do nothing worse than throw an error."
  )

  @Option(help: "The reader to test; by default all, one after the other.")
  var reader: Reader?

  @Option(help: "The number of cases for each reader.")
  var cases: UInt64?

  @Option(help: "The time for each reader, in seconds.")
  var seconds: Double?

  @Option(help: "The seed of the first case; each further case adds one.")
  var seed: UInt64 = 1

  @Option(help: "The folder for the bytes of failing cases.")
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
