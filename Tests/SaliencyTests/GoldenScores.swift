import Foundation
import Saliency
import TestSupport
import Testing

/// A row of a table that Golden/make_golden.py made.
struct GoldenScores: Sendable {
  let name: String
  let height: Int
  let width: Int
  let mapChecksum: UInt64
  let maskChecksum: UInt64
  let measures: [Measure: Double]

  /// Every row of `pairs` or `real`.
  static func load(_ name: String) throws -> [GoldenScores] {
    let rows = try lines(name)
    let head = rows[0].dropFirst(5)
    return try rows.dropFirst().map { cells in
      let measures = try zip(head, cells.dropFirst(5)).map { key, text in
        (try #require(Measure(rawValue: key)), try #require(Double(text)))
      }
      return GoldenScores(
        name: cells[0], height: try #require(Int(cells[1])), width: try #require(Int(cells[2])),
        mapChecksum: try #require(UInt64(cells[3])), maskChecksum: try #require(UInt64(cells[4])),
        measures: Dictionary(uniqueKeysWithValues: measures))
    }
  }

  /// The cells of a table, the head first.
  static func lines(_ name: String) throws -> [[String]] {
    let path = SharedFiles.packageRoot + "/Tests/SaliencyTests/Golden/\(name).tsv"
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
      line.split(separator: "\t").map(String.init)
    }
  }

  /// A sentence about the differences of this pair's scores; nil if all agree.
  func mismatch(with scores: ImageScores) -> String? {
    let own = scores.measures
    let wrong = measures.sorted { $0.key.rawValue < $1.key.rawValue }.filter { measure, expected in
      let value = own[measure] ?? .nan
      // The reference's S is NaN where one of its four blocks is empty; an empty block has no say in ours.
      guard expected.isFinite else { return !(0...1).contains(value) }
      return !(abs(value - expected) <= 1e-9 * max(1, abs(expected)))
    }
    guard !wrong.isEmpty else { return nil }
    return "pair \(name), \(width)×\(height): "
      + wrong.map { "\($0.key) \(own[$0.key] ?? .nan), expected \($0.value)" }.joined(separator: "; ")
  }
}
