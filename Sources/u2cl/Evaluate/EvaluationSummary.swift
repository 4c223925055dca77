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

  /// What the network is trained by, means over the pictures.
  struct Loss: Encodable {
    /// Of each map, by its name: `d0` … `d6`.
    let maps: [String: Double]
    /// Their sum.
    let total: Double

    /// Names and values, the sum last.
    var rows: [(name: String, value: Double)] {
      maps.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + [("total", total)]
    }
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
    /// Where it was asked for and there is a network.
    let loss: Loss?
    let flaws: [Dataset.Issue]
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
    let losses = lossRows.map { name, values in
      ["loss, \(name)"] + values.map { $0.map { Format.fixed($0, 4) } ?? "" } + paper.map { _ in "" }
    }
    return Format.table([head] + rows + losses)
  }

  /// The losses of every map that any of the entries has, and their sums: a value for each entry.
  var lossRows: [(name: String, values: [Double?])] {
    let names = entries.map { $0.loss?.rows.map(\.name) ?? [] }.max { $0.count < $1.count } ?? []
    return names.map { name in (name, entries.map { $0.loss?.rows.first { $0.name == name }?.value }) }
  }

  /// A line for each picture, after a line of names.
  static func csv(of subjects: [EvaluatedSubject]) -> String {
    let measures = Measure.allCases.filter { $0 != .maxFPR }
    let maps =
      subjects.map { $0.outcome.loss == nil ? [] : $0.detector?.mapNames ?? [] }.max { $0.count < $1.count } ?? []
    let losses = maps.isEmpty ? [] : maps.map { "loss_\($0)" } + ["loss"]
    let head = ["model", "picture"] + measures.map(\.rawValue) + losses
    let rows = subjects.flatMap { subject in
      subject.outcome.rows.map { row in
        let own = row.loss.map { loss in
          maps.indices.map { loss.perMap.indices.contains($0) ? "\(loss.perMap[$0])" : "" } + ["\(loss.total)"]
        }
        return [quoted(subject.label), quoted(row.item.stem)] + measures.map { "\(row.measures[$0] ?? .nan)" }
          + (own ?? losses.map { _ in "" })
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
    loss = subject.outcome.loss.map { loss in
      EvaluationSummary.Loss(
        maps: Dictionary(zip(subject.detector?.mapNames ?? [], loss.perMap)) { first, _ in first }, total: loss.total)
    }
    flaws = subject.flaws
    seconds = subject.seconds
    resumed = subject.outcome.resumed
  }
}
