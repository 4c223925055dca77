import Datasets
import Evaluation
import Files
import Models
import Pictures
import Saliency
import U2Net

/// The worst and the best pictures of a model: picture, ground truth and map side by side.
struct ContactSheet {
  fileprivate struct Entry {
    let name: String
    let caption: String
    /// PNG files: the picture if there is one, the mask, and the map.
    let images: [(title: String, png: [UInt8])]
  }

  private static let count = 8
  /// The longer side of a thumbnail, in pixels.
  private static let side = 180
  private static let ranking = Measure.weightedF

  private let label: String
  private let worst: [Entry]
  private let best: [Entry]

  init(_ subject: EvaluatedSubject, pictures: Dataset?) throws(Failure) {
    label = subject.label
    let ranked = subject.outcome.rows.sorted { ($0.measures[Self.ranking] ?? 0) < ($1.measures[Self.ranking] ?? 0) }
    let count = min(Self.count, (ranked.count + 1) / 2)
    let byStem = Dictionary((pictures?.items ?? []).map { ($0.stem, $0.input) }) { first, _ in first }
    func entries(_ rows: some Sequence<DatasetEvaluation.Row>) throws(Failure) -> [Entry] {
      var entries: [Entry] = []
      for row in rows { entries.append(try Self.entry(row, of: subject, picture: byStem[row.item.stem])) }
      return entries
    }
    worst = try entries(ranked.prefix(count))
    best = try entries(ranked.suffix(min(count, ranked.count - count)).reversed())
  }

  private static func entry(
    _ row: DatasetEvaluation.Row, of subject: EvaluatedSubject, picture: FilePath?
  ) throws(Failure) -> Entry {
    let item = row.item
    var images: [(title: String, png: [UInt8])] = []
    do {
      if let picture { images.append(("picture", try Picture(contentsOf: picture).thumbnail(side: side).encodedPNG())) }
      images.append(("ground truth", try Mask(greyOf: item.mask).thumbnail(side: side).encodedPNG()))
      images.append(("map", try subject.evaluation.map(of: item).thumbnail(side: side).encodedPNG()))
    } catch {
      throw Failure(error)
    }
    var caption = [ranking, .mae].map { "\($0.title) \(Format.fixed(row.measures[$0] ?? .nan, 3))" }
    if row.confidence?.standsOut == false { caption.append("nothing stands out") }
    return Entry(name: item.stem.string, caption: caption.joined(separator: ", "), images: images)
  }

  var html: String {
    "<h2>\(HTML.escaped(label))</h2>\n" + Self.section("Worst", worst) + Self.section("Best", best)
  }

  private static func section(_ title: String, _ entries: [Entry]) -> String {
    guard !entries.isEmpty else { return "" }
    let figures: String = entries.map(\.html).joined(separator: "\n")
    return "<h3>\(title), by \(HTML.escaped(ranking.title))</h3>\n<div class=\"sheet\">\n\(figures)\n</div>\n"
  }
}

extension ContactSheet.Entry {
  fileprivate var html: String {
    let pictures = images.map { title, png in
      "<img alt=\"\(title)\" title=\"\(title)\" src=\"data:image/png;base64,\(png.base64)\">"
    }
    return "<figure><div class=\"trio\">\(pictures.joined())</div>"
      + "<figcaption>\(HTML.escaped(name)): \(HTML.escaped(caption))</figcaption></figure>"
  }
}
