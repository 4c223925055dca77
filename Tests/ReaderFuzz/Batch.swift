import Files
import CAllocationMeter
import Foundation

/// Many cases in one process, which a failing case ends.
struct Batch {
  /// The results of many cases.
  struct Summary: Codable {
    var cases = 0
    /// The number of files that were read in spite of the change.
    var accepted = 0
    /// The most bytes allocated at once.
    var mostBytes = 0
    /// The same as a multiple of the file's size, for files that are not small.
    var worstRatio = 0.0
    var slowest = 0.0
    var slowestSeed: UInt64 = 0

    mutating func add(_ other: Summary) {
      cases += other.cases
      accepted += other.accepted
      mostBytes = max(mostBytes, other.mostBytes)
      worstRatio = max(worstRatio, other.worstRatio)
      if other.slowest > slowest { (slowest, slowestSeed) = (other.slowest, other.slowestSeed) }
    }
  }

  /// The processor time that a case may take, in seconds: thousands of times the usual.
  private static let deadline = 5
  /// The limit of address space, in bytes, part of which the program's own libraries take.
  private static let memory = 4 << 30

  let reader: Reader
  let corpus: Corpus
  /// The file with the seed of the current case.
  let note: FileHandle

  /// Runs the cases of these seeds.
  func run(_ seeds: Range<UInt64>) throws -> Summary {
    u2cl_meter_limit_memory(Self.memory)
    var summary = Summary()
    let clock = ContinuousClock()
    // The first reading allocates tables that stay.
    try? reader.use(corpus.make(0).bytes)
    for seed in seeds {
      try note.seek(toOffset: 0)
      try note.write(contentsOf: seed.littleEndianBytes)
      let bytes = corpus.make(seed).bytes
      u2cl_meter_set_deadline(Self.deadline)
      let start = clock.now
      u2cl_meter_start(reader.allowance(for: bytes.count))
      do {
        try reader.use(bytes)
        summary.accepted += 1
      } catch {
        let line = "\(error)"
        if line.contains("\n") || line.utf8.count >= 4000 {
          // In a release build a precondition does not say why.
          let told = "\(reader.rawValue): no message of one line: \(line.debugDescription)\n"
          FileHandle.standardError.write(Data(told.utf8))
          preconditionFailure("no message of one line")
        }
      }
      let most = u2cl_meter_stop()
      let seconds = start.duration(to: clock.now) / .seconds(1)
      if seconds > summary.slowest { (summary.slowest, summary.slowestSeed) = (seconds, seed) }
      summary.cases += 1
      summary.mostBytes = max(summary.mostBytes, most)
      if most > 1 << 20 { summary.worstRatio = max(summary.worstRatio, Double(most) / Double(max(bytes.count, 1))) }
    }
    u2cl_meter_set_deadline(0)
    return summary
  }
}
