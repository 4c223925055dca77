/// A measure of the quality of saliency maps.
public enum Measure: String, Sendable, CaseIterable, Codable, CodingKeyRepresentable {
  /// The greatest F-measure of the precision and recall averaged over a data set, as the paper reports it.
  case maxFPR = "maxF_pr"
  /// The greatest value of the F-measure's curve, averaged over pictures.
  case maxF
  /// The mean of the F-measure over thresholds and pictures.
  case meanF
  /// The F-measure at twice each map's mean.
  case adaptiveF
  /// The mean absolute error.
  case mae
  /// The weighted F-measure.
  case weightedF
  /// The structure measure.
  case sMeasure
  /// The greatest value of the E-measure's curve, averaged over pictures.
  case maxE
  /// The mean of the E-measure over thresholds and pictures.
  case meanE
  /// The E-measure at twice each map's mean.
  case adaptiveE
  /// The relaxed F-measure of boundaries.
  case relaxedBoundaryF
  /// Intersection over union at a probability of ½.
  case iou50
  /// The greatest value of the curve of intersection over union, averaged over pictures.
  case maxIoU

  /// The name in tables.
  public var title: String {
    switch self {
    case .maxFPR: "max F (paper)"
    case .maxF: "max F"
    case .meanF: "mean F"
    case .adaptiveF: "adaptive F"
    case .mae: "MAE"
    case .weightedF: "weighted F"
    case .sMeasure: "S"
    case .maxE: "max E"
    case .meanE: "mean E"
    case .adaptiveE: "adaptive E"
    case .relaxedBoundaryF: "relaxed boundary F"
    case .iou50: "IoU at 0.5"
    case .maxIoU: "max IoU"
    }
  }

  /// Whether a smaller value is better.
  public var isError: Bool { self == .mae }
}

extension ImageScores {
  /// A measure of this picture alone.
  public subscript(measure: Measure) -> Double {
    var alone = DatasetScores()
    alone.add(self)
    return alone[measure]
  }

  /// All measures of this picture.
  public var measures: [Measure: Double] {
    var alone = DatasetScores()
    alone.add(self)
    return alone.measures
  }
}

extension DatasetScores {
  /// All measures of the data set.
  public var measures: [Measure: Double] {
    Dictionary(uniqueKeysWithValues: Measure.allCases.map { ($0, self[$0]) })
  }
}
