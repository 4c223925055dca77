import Caches
import Datasets
import Files
import Models
import Saliency
import U2Net

/// The scores of an evaluation in a file that outlives an interruption: a line for each picture.
///
/// A damaged or incomplete line is ignored, and its picture is scored again. The cache's own journals are not used,
/// because they read the whole file before each record.
final class ScoreJournal {
  /// The scores of an earlier run by the name of the pair and the state of its files.
  private var earlier: [String: PairScores] = [:]
  private let path: FilePath
  private let file: FileDescriptor

  /// Opens the journal for a key; nil if there is no place for it. An evaluation works without a journal.
  ///
  /// - Parameters:
  ///   - key: everything that the scores depend on, except the files of the pairs. Lines of another key are dropped.
  ///   - folder: the folder of journals; nil if there is none.
  ///   - startOver: whether earlier scores are dropped.
  init?(key: String, folder: String?, startOver: Bool) {
    guard let folder = folder.map({ FilePath($0) }) else { return nil }
    try? Folder.make(folder, permissions: 0o777)
    path = folder.appending(FilePath("\(Self.hash(key)).journal"))
    let head = "u2cl scores 3\t\(Self.escaped(key))"
    let lines = startOver ? [] : Self.lines(of: path)
    if lines.first.map({ $0 == head }) ?? false {
      for line in lines.dropFirst() {
        if let (name, scores) = Self.entry(line) { earlier[name] = scores }
      }
    }
    guard let file = try? FileDescriptor.appending(path, permissions: 0o644) else { return nil }
    self.file = file
    if earlier.isEmpty { try? file.truncate(to: 0) }
    // After an interruption the last line may be incomplete.
    write(earlier.isEmpty ? head : "")
  }

  deinit { try? file.close() }

  /// The scores that an earlier run has written for the present state of a pair's files.
  func scores(of item: Dataset.Item) -> PairScores? { earlier[Self.name(of: item)] }

  /// Writes the scores of a pair.
  func add(_ pair: PairScores, of item: Dataset.Item) {
    let scores = pair.image
    let losses = pair.loss?.perMap.map { "\($0)" }.joined(separator: " ") ?? "-"
    let numbers = [
      scores.mae, scores.adaptiveF, scores.adaptiveE, scores.weightedF, scores.sMeasure, scores.relaxedBoundaryF,
      scores.iou50,
    ].map { "\($0)" }
    let counts = [scores.counts.truePositives, scores.counts.falsePositives].map { counts in
      counts.map { "\($0)" }.joined(separator: " ")
    }
    let confidence = pair.confidence.map { "\($0.maximum) \($0.minimum) \($0.area)" } ?? "-"
    let remarks = [pair.emptyMaskPeak.map { "\($0)" } ?? "-", pair.isResized ? "resized" : "-", confidence]
    write(([Self.name(of: item)] + numbers + counts + [losses] + remarks + ["."]).joined(separator: "\t"))
  }

  /// Removes the file after a complete evaluation.
  func remove() { path.remove() }

  private func write(_ line: String) {
    // If the line cannot be written, the pair is scored again next time.
    try? file.write(Array((line + "\n").utf8))
  }

  private static func lines(of path: FilePath) -> [Substring] {
    guard let data = try? WholeFile.read(path) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }

  private static func entry(_ line: Substring) -> (String, PairScores)? {
    let cells = line.split(separator: "\t")
    guard cells.count == 15, cells[14] == "." else { return nil }
    let numbers = cells[1...7].compactMap { Double($0) }
    let counts = cells[8...9].map { $0.split(separator: " ").compactMap { Int($0) } }
    guard numbers.count == 7, counts.allSatisfy({ $0.count == 256 }) else { return nil }
    func bins(_ sums: [Int]) -> [Int] { Array(zip(sums, [0] + sums).map { $0 - $1 }.reversed()) }
    let scores = ImageScores(
      counts: ThresholdCounts(foreground: bins(counts[0]), background: bins(counts[1])), mae: numbers[0],
      adaptiveF: numbers[1], adaptiveE: numbers[2], weightedF: numbers[3], sMeasure: numbers[4],
      relaxedBoundaryF: numbers[5], iou50: numbers[6])
    let losses =
      cells[10] == "-" ? nil : DeepSupervisionLoss(perMap: cells[10].split(separator: " ").compactMap { Double($0) })
    let sureness = cells[13].split(separator: " ").compactMap { Float($0) }
    let confidence =
      sureness.count == 3 ? Confidence(maximum: sureness[0], minimum: sureness[1], area: sureness[2]) : nil
    let pair = PairScores(
      image: scores, loss: losses, emptyMaskPeak: UInt8(cells[11]), isResized: cells[12] == "resized",
      confidence: confidence)
    return (String(cells[0]), pair)
  }

  /// The name of a pair and the state of its files.
  private static func name(of item: Dataset.Item) -> String {
    escaped(([item.stem.string] + [item.input, item.mask].map(fileState)).joined(separator: "|"))
  }

  /// The size of a file and the time of its last change.
  static func fileState(_ path: FilePath) -> String {
    guard let status = try? FileStatus(of: path) else { return "-" }
    return "\(status.byteCount):\(status.modified.seconds).\(status.modified.nanoseconds)"
  }

  /// The text without tabs and line breaks.
  private static func escaped(_ text: String) -> String { text.printable() }

  /// The FNV-1a hash of a key, in hexadecimal.
  private static func hash(_ key: String) -> String {
    let value = key.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return String(value, radix: 16)
  }

  /// The folder of journals in the cache; nil if there is no cache.
  static func folder(_ location: CacheLocation = CacheLocation()) -> String? {
    if case .folder(let root) = location { "\(root)/\(CacheKind.evaluations.rawValue)" } else { nil }
  }
}
