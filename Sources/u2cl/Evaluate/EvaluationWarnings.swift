import Datasets
import Evaluation
import Files
import U2Net

/// What is suspicious about an evaluation: the scores are right, but may not mean what the user thinks.
struct EvaluationWarnings {
  /// One line each, except the files that are not read, which are known before anything is scored.
  private(set) var lines: [String] = []
  /// The lines that concern every pair, so that the scores are worthless.
  private(set) var grave: [String] = []

  /// - Parameter maskThreshold: the least level of a foreground pixel in the masks; nil for 129.
  init(_ outcome: DatasetEvaluation.Outcome, maskThreshold: UInt8?) {
    let rows = outcome.rows
    noteMasks(rows, least: maskThreshold ?? 129)
    let resized = rows.count { $0.isResized }
    if resized > 0 { lines.append("\(resized) of \(rows.count) maps were resized to the size of their masks") }
    let nothing = rows.filter { $0.confidence?.standsOut == false }
    if !nothing.isEmpty {
      lines.append("nothing stands out in \(nothing.count) of \(rows.count) pictures: \(Self.names(of: nothing))")
    }
  }

  /// What is said of files that are in no format that is read.
  static func unread(in dataset: Dataset) -> [String] {
    dataset.unread.map { "\($0.description); convert them to PNG" }
  }

  private mutating func noteMasks(_ rows: [DatasetEvaluation.Row], least: UInt8) {
    let empty = rows.filter { $0.emptyMaskPeak == 0 }
    let dark = rows.filter { ($0.emptyMaskPeak ?? 0) > 0 }
    let peak = dark.compactMap(\.emptyMaskPeak).max() ?? 0
    if !dark.isEmpty {
      let remedy = "--mask-threshold 1 makes every other value than 0 foreground"
      if dark.count + empty.count == rows.count {
        add("no mask has a value of at least \(least) (the largest is \(peak)), so all count as empty; \(remedy)")
      } else {
        lines.append(
          """
          \(dark.count) of \(rows.count) masks have no value of at least \(least) (the largest is \(peak)), and count \
          as empty: \(Self.names(of: dark)); \(remedy)
          """)
      }
    } else if empty.count == rows.count {
      add("every mask is empty, so F and IoU are 0; check the folder of the masks")
    } else if !empty.isEmpty {
      lines.append("\(empty.count) of \(rows.count) masks are empty; F and IoU are 0 there: \(Self.names(of: empty))")
    }
  }

  private mutating func add(_ line: String) {
    lines.append(line)
    grave.append(line)
  }

  /// The names of the first pictures.
  private static func names(of rows: [DatasetEvaluation.Row]) -> String {
    let first = rows.prefix(3).map { "\($0.item.stem)" }.joined(separator: ", ")
    return rows.count > 3 ? "\(first), …" : first
  }
}
