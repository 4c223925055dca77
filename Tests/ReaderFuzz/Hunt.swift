import Foundation

/// Runs the batches of one reader, one after the other.
struct Hunt {
  private static let batch: UInt64 = 5000

  private let reader: Reader
  private let corpus: Corpus
  private let cases: UInt64?
  private let seconds: Double?
  private let findings: String?
  private let first: UInt64
  private var summary = Batch.Summary()
  /// The number of cases that ended a batch.
  private(set) var found = 0

  init(_ reader: Reader, first: UInt64, cases: UInt64?, seconds: Double?, findings: String?) throws {
    self.reader = reader
    self.first = first
    self.cases = cases
    self.seconds = seconds
    self.findings = findings
    corpus = try Corpus(reader)
  }

  /// Runs until all cases have run or the time is over, and prints the results.
  mutating func run() throws {
    let note = FileManager.default.temporaryDirectory.path + "/u2cl-fuzz-\(UUID().uuidString)"
    try Data().write(to: URL(fileURLWithPath: note))
    defer { try? FileManager.default.removeItem(atPath: note) }
    let start = Date()
    var next = first
    while true {
      let left = cases.map { first + $0 - next } ?? Self.batch
      if left == 0 || -start.timeIntervalSinceNow > seconds ?? .infinity { break }
      next = try runBatch(next..<next + min(left, Self.batch), note)
    }
    let rate = Double(summary.cases) / max(-start.timeIntervalSinceNow, 0.001)
    print(
      """
      \(reader.rawValue): \(summary.cases) cases in \(Int(-start.timeIntervalSinceNow)) s (\(Int(rate)) a second), \
      \(summary.accepted) read, at most \(summary.mostBytes >> 10) KiB and \(Int(summary.worstRatio)) times the file, \
      slowest \(Int(summary.slowest * 1000)) ms (seed \(summary.slowestSeed)), \(found) findings
      """)
  }

  /// Runs a batch.
  ///
  /// - Returns: the seed of the next case.
  private mutating func runBatch(_ seeds: Range<UInt64>, _ note: String) throws -> UInt64 {
    let process = Process()
    process.executableURL = URL(
      fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    process.arguments = [
      "--reader", reader.rawValue, "--seed", "\(seeds.lowerBound)", "--cases", "\(seeds.count)", "--note", note,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationReason == .exit, process.terminationStatus == 0 {
      summary.add(try JSONDecoder().decode(Batch.Summary.self, from: bytes))
      return seeds.upperBound
    }
    let noted = Array(FileManager.default.contents(atPath: note) ?? Data())
    let seed = UInt64(littleEndian: noted, at: 0) ?? seeds.lowerBound
    found += 1
    summary.cases += Int(seed - min(seed, seeds.lowerBound))
    try tell(seed, "\(process.terminationReason == .exit ? "exit" : "signal") \(process.terminationStatus)")
    return max(seed, seeds.lowerBound) + 1
  }

  private func tell(_ seed: UInt64, _ end: String) throws {
    let made = corpus.make(seed)
    print("\(reader.rawValue): seed \(seed), made of \(made.name), \(made.bytes.count) bytes: \(end)")
    guard let findings else { return }
    try FileManager.default.createDirectory(atPath: findings, withIntermediateDirectories: true)
    let path = "\(findings)/\(reader.rawValue)-\(seed)"
    try Data(made.bytes).write(to: URL(fileURLWithPath: path))
  }
}
