/// The measures at each threshold, as reports have them: 256 values each, from threshold 255 down to 0.
package struct ScoreCurves: Encodable, Sendable {
  /// The thresholds.
  package let threshold: [Int]
  /// The mean precision.
  package let precision: [Double]
  /// The mean recall.
  package let recall: [Double]
  /// The mean F-measure.
  package let fMeasure: [Double]
  /// The mean E-measure.
  package let eMeasure: [Double]
  /// The mean intersection over union.
  package let iou: [Double]

  /// The curves of a data set.
  package init(_ scores: DatasetScores) {
    threshold = (0...255).reversed()
    (precision, recall) = (scores.precision, scores.recall)
    (fMeasure, eMeasure, iou) = (scores.fMeasure, scores.eMeasure, scores.intersectionOverUnion)
  }
}
