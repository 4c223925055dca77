import Datasets
import Evaluation
import Files
import Models
import Pictures
import Saliency
import Tensors
import U2Net

/// The report of `eval`.
struct EvaluationSummary: Encodable {
  /// The training loss, as means over the pictures.
  struct Loss: Encodable {
    /// The loss of each map by its name: `d0` … `d6`.
    let maps: [String: Double]
    /// The sum of the losses.
    let total: Double

    /// The names and values, the sum last.
    var rows: [(name: String, value: Double)] {
      maps.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + [("total", total)]
    }
  }

  /// A model or a folder of maps.
  struct Entry: Encodable {
    let name: String
    /// The height of the network's input; nil for maps.
    let height: Int?
    /// The width of the network's input; nil for maps.
    let width: Int?
    let device: DeviceReport?
    let resampling: String?
    let pictures: Int
    let measures: [Measure: Double]
    let curves: ScoreCurves
    /// The training loss; nil for maps, and if it was not requested.
    let loss: Loss?
    /// The pairs that could not be scored.
    let issues: [Dataset.Issue]
    /// What is suspicious, such as masks without foreground; one line each.
    let warnings: [String]
    /// The pictures in which nothing stands out, by their names; nil for maps.
    let nothing: [FilePath]?
    /// The time of this run, without that of an earlier one.
    let seconds: Double
    /// The number of pictures that an earlier run had scored.
    let resumed: Int

    private enum CodingKeys: String, CodingKey {
      case name, height, width, device, resampling, pictures, measures, curves, loss, warnings, nothing
      case seconds, resumed
      case issues = "flaws"
    }
  }

  /// The version of this report's format.
  var schema = 1
  /// The version of u2cl.
  var version = u2clVersion
  let dataset: String
  let benchmark: Dataset.Benchmark?
  let entries: [Entry]
  /// The numbers of the paper by network; nil if they were not requested.
  let paper: [String: [Measure: Double]]?

  init(_ subjects: [EvaluatedSubject], asked: DeviceRequest, paper: Bool, resampling: Resampling) {
    dataset = subjects[0].evaluation.dataset.name
    let benchmark = subjects[0].evaluation.dataset.benchmark
    self.benchmark = benchmark
    entries = subjects.map { Entry($0, asked: asked, resampling: resampling) }
    // The paper's network of the same size, or both if the size is another.
    let networks = Set(subjects.flatMap { $0.detector?.model.paperNetwork.map { [$0] } ?? PaperNetwork.allCases })
    self.paper =
      paper
      ? benchmark.map { benchmark in
        Dictionary(uniqueKeysWithValues: networks.map { ($0.rawValue, $0.row(on: benchmark)) })
      } : nil
  }

  /// The table for people: a row for each measure, and a column for each model.
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

  /// The losses of every map and their sums, with a value for each entry.
  var lossRows: [(name: String, values: [Double?])] {
    let names = entries.map { $0.loss?.rows.map(\.name) ?? [] }.max { $0.count < $1.count } ?? []
    return names.map { name in (name, entries.map { $0.loss?.rows.first { $0.name == name }?.value }) }
  }

  /// The CSV: a line with the names of the columns, then a line for each picture.
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
        return [subject.label, row.item.stem.string] + measures.map { "\(row.measures[$0] ?? .nan)" }
          + (own ?? losses.map { _ in "" })
      }
    }
    return ([head] + rows).map { Console.csvLine($0) + "\n" }.joined()
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
    curves = ScoreCurves(scores)
    loss = subject.outcome.loss.map { loss in
      EvaluationSummary.Loss(
        maps: Dictionary(zip(subject.detector?.mapNames ?? [], loss.perMap)) { first, _ in first }, total: loss.total)
    }
    issues = subject.issues
    warnings = subject.warnings
    nothing =
      subject.detector == nil
      ? nil : subject.outcome.rows.filter { $0.confidence?.standsOut == false }.map(\.item.stem)
    seconds = subject.seconds
    resumed = subject.outcome.resumed
  }
}
