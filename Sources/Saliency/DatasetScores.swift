/// The measures of a data set: means over its pictures, in constant memory.
public struct DatasetScores: Sendable {
  /// The number of pictures.
  public private(set) var count = 0

  private var precisionSums = [Double](repeating: 0, count: 256)
  private var recallSums = [Double](repeating: 0, count: 256)
  private var fSums = [Double](repeating: 0, count: 256)
  private var eSums = [Double](repeating: 0, count: 256)
  private var iouSums = [Double](repeating: 0, count: 256)
  private var mae = 0.0
  private var adaptiveF = 0.0
  private var adaptiveE = 0.0
  private var weightedF = 0.0
  private var sMeasure = 0.0
  private var relaxedBoundaryF = 0.0
  private var iou50 = 0.0

  /// Scores of no pictures; every measure is NaN.
  public init() {}

  /// Adds a picture. The same pictures in the same order give bitwise the same sums.
  public mutating func add(_ scores: ImageScores) {
    count += 1
    for index in 0..<256 {
      precisionSums[index] += scores.counts.precision(index)
      recallSums[index] += scores.counts.recall(index)
      fSums[index] += scores.counts.fMeasure(index)
      eSums[index] += scores.counts.eMeasure(index)
      iouSums[index] += scores.counts.intersectionOverUnion(index)
    }
    mae += scores.mae
    adaptiveF += scores.adaptiveF
    adaptiveE += scores.adaptiveE
    weightedF += scores.weightedF
    sMeasure += scores.sMeasure
    relaxedBoundaryF += scores.relaxedBoundaryF
    iou50 += scores.iou50
  }

  /// Mean precision at the thresholds 255, 254, … 0.
  public var precision: [Double] { mean(precisionSums) }
  /// Mean recall at the thresholds 255, 254, … 0.
  public var recall: [Double] { mean(recallSums) }
  /// Mean F-measure at the thresholds 255, 254, … 0.
  public var fMeasure: [Double] { mean(fSums) }
  /// Mean E-measure at the thresholds 255, 254, … 0.
  public var eMeasure: [Double] { mean(eSums) }
  /// Mean intersection over union at the thresholds 255, 254, … 0.
  public var intersectionOverUnion: [Double] { mean(iouSums) }

  /// A measure of the data set.
  public subscript(measure: Measure) -> Double {
    switch measure {
    case .maxFPR: maxFOfMeans
    case .maxF: greatest(fMeasure)
    case .meanF: average(fMeasure)
    case .adaptiveF: mean(adaptiveF)
    case .mae: mean(mae)
    case .weightedF: mean(weightedF)
    case .sMeasure: mean(sMeasure)
    case .maxE: greatest(eMeasure)
    case .meanE: average(eMeasure)
    case .adaptiveE: mean(adaptiveE)
    case .relaxedBoundaryF: mean(relaxedBoundaryF)
    case .iou50: mean(iou50)
    case .maxIoU: greatest(intersectionOverUnion)
    }
  }

  /// The greatest F-measure of the mean precision and recall, as in the U²-Net paper.
  private var maxFOfMeans: Double {
    let beta = FMeasure.weight
    return greatest(zip(precision, recall).map { (1 + beta) * $0 * $1 / (beta * $0 + $1 + 1e-8) })
  }

  private func mean(_ sum: Double) -> Double { count == 0 ? .nan : sum / Double(count) }
  private func mean(_ sums: [Double]) -> [Double] { sums.map { mean($0) } }
  private func average(_ curve: [Double]) -> Double { curve.reduce(0, +) / Double(curve.count) }
  private func greatest(_ curve: [Double]) -> Double { count == 0 ? .nan : curve.max() ?? .nan }
}
