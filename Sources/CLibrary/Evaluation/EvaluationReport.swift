import Datasets
import Saliency

/// The measures of a pair.
struct EvaluationRow: Encodable {
  /// The number of the pair, from 0 on.
  let index: Int
  /// The path of the map; nil for a picture in memory.
  let map: String?
  /// The path of the ground truth; nil for a picture in memory.
  let truth: String?
  let measures: [Measure: Double]
}

/// The text of `u2cl_evaluation_report`. Members have the names of 'u2cl eval --json'.
struct EvaluationReport: Encodable {
  let pictures: Int
  let measures: [Measure: Double]
  let curves: ScoreCurves
  let emptyTruths: Int
  let resizedMaps: Int
  let issues: [Dataset.Issue]
  let notes: [String]
  let rows: [EvaluationRow]

  init(_ state: EvaluationObject.State) {
    let scores = state.scores
    pictures = scores.count
    measures = scores.measures
    curves = ScoreCurves(scores)
    (emptyTruths, resizedMaps) = (state.emptyTruths, state.resizedMaps)
    (issues, notes, rows) = (state.issues, state.notes, state.rows)
  }
}
