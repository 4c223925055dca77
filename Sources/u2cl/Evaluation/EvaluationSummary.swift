import Saliency
import U2Net

/// What `eval` says.
struct EvaluationSummary: Encodable {
  struct Curves: Encodable {
    let threshold: [Int]
    let precision: [Double]
    let recall: [Double]
    let fMeasure: [Double]
    let eMeasure: [Double]
    let iou: [Double]
  }

  /// One model or folder of maps.
  struct Entry: Encodable {
    let name: String
    /// Rows and columns of the network's input; nil for maps.
    let height: Int?
    let width: Int?
    let device: DeviceReport?
    let resampling: String?
    let pictures: Int
    let measures: [Measure: Double]
    let curves: Curves
    let flaws: [Dataset.Flaw]
    /// Of this run; what an earlier one did is not in it.
    let seconds: Double
    /// Pictures that an earlier run had scored.
    let resumed: Int
  }

  /// The version of this form.
  var schema = 1
  /// u2cl's version.
  var version = u2clVersion
  let dataset: String
  let benchmark: Dataset.Benchmark?
  let entries: [Entry]
  /// What the paper reports, where it was asked for, by its networks.
  let paper: [String: [Measure: Double]]?

  init(_ subjects: [EvaluatedSubject], asked: DeviceRequest, paper: Bool, resampling: Resampling) {
    dataset = subjects[0].evaluation.dataset.name
    let benchmark = subjects[0].evaluation.dataset.benchmark
    self.benchmark = benchmark
    entries = subjects.map { Entry($0, asked: asked, resampling: resampling) }
    // The paper's network of the same size; both where a size is not known.
    let networks = Set(subjects.flatMap { $0.detector?.model.paperNetwork.map { [$0] } ?? PaperNetwork.allCases })
    self.paper =
      paper
      ? benchmark.map { benchmark in
        Dictionary(uniqueKeysWithValues: networks.map { ($0.rawValue, $0.row(on: benchmark)) })
      } : nil
  }

  /// What people read: a row for each measure, a column for each model.
  var table: String {
    let paper = (paper ?? [:]).sorted { $0.key < $1.key }
    let measures =
      paper.isEmpty
      ? Measure.allCases : PaperNetwork.measures + Measure.allCases.filter { !PaperNetwork.measures.contains($0) }
    let head = ["\(dataset), \(entries[0].pictures) pictures"] + entries.map(\.name) + paper.map { "paper, \($0.key)" }
    let rows = measures.map { measure in
      [measure.title]
        + entries.map { Format.fixed($0.measures[measure] ?? .nan, measure.isError ? 5 : 4) }
        + paper.map { $0.value[measure].map { Format.fixed($0, 3) } ?? "" }
    }
    return Format.table([head] + rows)
  }

  /// A line for each picture, after a line of names.
  static func csv(of subjects: [EvaluatedSubject]) -> String {
    let measures = Measure.allCases.filter { $0 != .maxFPR }
    let head = ["model", "picture"] + measures.map(\.rawValue)
    let rows = subjects.flatMap { subject in
      subject.outcome.rows.map { row in
        [quoted(subject.label), quoted(row.item.stem)] + measures.map { "\(row.measures[$0] ?? .nan)" }
      }
    }
    return ([head] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// A cell as RFC 4180 has it.
  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\"" + text.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }
}

extension EvaluationSummary.Entry {
  fileprivate init(_ subject: EvaluatedSubject, asked: DeviceRequest, resampling: Resampling) {
    let scores = subject.outcome.scores
    name = subject.label
    height = subject.detector?.preprocessing.size.height
    width = subject.detector?.preprocessing.size.width
    device = subject.detector.map { DeviceReport($0.device, asked: asked, fallback: $0.fallback) }
    self.resampling = subject.detector == nil ? nil : resampling.rawValue
    pictures = scores.count
    measures = scores.measures
    curves = EvaluationSummary.Curves(
      threshold: (0...255).reversed(), precision: scores.precision, recall: scores.recall,
      fMeasure: scores.fMeasure, eMeasure: scores.eMeasure, iou: scores.intersectionOverUnion)
    flaws = subject.flaws
    seconds = subject.seconds
    resumed = subject.outcome.resumed
  }
}
