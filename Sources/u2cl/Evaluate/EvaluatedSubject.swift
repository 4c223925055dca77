import Datasets
import Evaluation
import U2Net

/// A model or a folder of maps with its scores.
struct EvaluatedSubject {
  /// The folder of maps; nil for a model.
  private let folder: String?
  let evaluation: DatasetEvaluation
  let outcome: DatasetEvaluation.Outcome
  let issues: [Dataset.Issue]
  /// What is suspicious, one line each.
  let warnings: [String]
  let seconds: Double

  init(
    label: String?, evaluation: DatasetEvaluation, outcome: DatasetEvaluation.Outcome, issues: [Dataset.Issue],
    warnings: [String], seconds: Double
  ) {
    folder = label
    self.evaluation = evaluation
    self.outcome = outcome
    self.issues = issues
    self.warnings = warnings
    self.seconds = seconds
  }

  /// The name of the model, or the folder of maps.
  var label: String { detector?.model.name ?? folder ?? "maps" }

  /// The detector; nil for maps.
  var detector: SaliencyDetector? {
    if case .detector(let detector) = evaluation.source { detector } else { nil }
  }
}
