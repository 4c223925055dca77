/// The pixels above each of 256 thresholds in one picture, from which precision, recall, F, E and IoU follow.
public struct ThresholdCounts: Sendable, Hashable {
  /// Foreground pixels of the ground truth whose quantized probability is at least 255, 254, … 0.
  public let truePositives: [Int]
  /// Background pixels of the ground truth whose quantized probability is at least 255, 254, … 0.
  public let falsePositives: [Int]

  /// The number of foreground pixels of the ground truth.
  public var foreground: Int { truePositives[255] }
  /// The number of all pixels.
  public var pixels: Int { truePositives[255] + falsePositives[255] }

  /// The counts from histograms of the quantized probability on foreground and background, 256 bins each.
  public init(foreground: [Int], background: [Int]) {
    precondition(foreground.count == 256 && background.count == 256, "a bin for each of 256 levels")
    truePositives = Self.fromAbove(foreground)
    falsePositives = Self.fromAbove(background)
  }

  init(_ counts: JointHistogram.Counts, _ table: LevelTable) {
    func quantized(_ levels: [Int]) -> [Int] {
      var bins = [Int](repeating: 0, count: 256)
      for level in 0..<256 { bins[table.quantized[level]] += levels[level] }
      return bins
    }
    self.init(foreground: quantized(counts.foreground), background: quantized(counts.background))
  }

  private static func fromAbove(_ bins: [Int]) -> [Int] {
    var sum = 0
    return bins.reversed().map { bin in
      sum += bin
      return sum
    }
  }

  /// Precision at a threshold: TP / (TP + FP), 0 if there are no positives.
  public func precision(_ index: Int) -> Double {
    Double(truePositives[index]) / Double(max(truePositives[index] + falsePositives[index], 1))
  }

  /// Recall at a threshold: TP / |G|, 0 if the ground truth is empty.
  public func recall(_ index: Int) -> Double { Double(truePositives[index]) / Double(max(foreground, 1)) }

  /// The F-measure at a threshold, with β² = 0.3; 0 if its numerator is 0.
  public func fMeasure(_ index: Int) -> Double { FMeasure.value(precision: precision(index), recall: recall(index)) }

  /// |prediction ∩ G| / |prediction ∪ G| at a threshold, 0 if both are empty.
  public func intersectionOverUnion(_ index: Int) -> Double {
    Double(truePositives[index]) / Double(max(falsePositives[index] + foreground, 1))
  }

  /// The E-measure at a threshold.
  public func eMeasure(_ index: Int) -> Double {
    EMeasure(
      truePositives: truePositives[index], falsePositives: falsePositives[index], foreground: foreground,
      pixels: pixels
    ).value
  }
}

/// The weighted harmonic mean of precision and recall, which favours precision (Achanta 2009).
enum FMeasure {
  /// β² of saliency detection.
  static let weight = 0.3

  /// (1 + β²) · P · R / (β² · P + R), 0 if the numerator is 0.
  static func value(precision: Double, recall: Double) -> Double {
    let numerator = (1 + weight) * precision * recall
    return numerator == 0 ? 0 : numerator / (weight * precision + recall)
  }
}

/// The enhanced-alignment measure of one binary map (Fan 2018).
struct EMeasure {
  let truePositives: Int
  let falsePositives: Int
  let foreground: Int
  let pixels: Int

  /// The sum of (alignment + 1)² / 4 over all pixels, divided by one less than their number. Both maps are binary, so
  /// that there are only four kinds of pixels.
  var value: Double {
    let predicted = truePositives + falsePositives
    let sum: Double
    if foreground == 0 {
      sum = Double(pixels - predicted)
    } else if foreground == pixels {
      sum = Double(predicted)
    } else {
      let (meanPrediction, meanTruth) = (Double(predicted) / Double(pixels), Double(foreground) / Double(pixels))
      let falseNegatives = foreground - truePositives
      sum =
        Self.alignment(1 - meanPrediction, 1 - meanTruth) * Double(truePositives)
        + Self.alignment(1 - meanPrediction, -meanTruth) * Double(falsePositives)
        + Self.alignment(-meanPrediction, 1 - meanTruth) * Double(falseNegatives)
        + Self.alignment(-meanPrediction, -meanTruth) * Double(pixels - predicted - falseNegatives)
    }
    return sum / (Double(pixels - 1) + epsilon)
  }

  /// The enhanced alignment of two values, each minus its map's mean, in 0 … 1.
  private static func alignment(_ prediction: Double, _ truth: Double) -> Double {
    let aligned = 2 * (prediction * truth) / (prediction * prediction + truth * truth + epsilon)
    return (aligned + 1) * (aligned + 1) / 4
  }
}
