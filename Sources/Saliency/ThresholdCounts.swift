/// What is above each of 256 thresholds in one picture: all that precision, recall, F, E and IoU depend on.
public struct ThresholdCounts: Sendable, Hashable {
  /// Foreground pixels of the ground truth whose quantized probability is at least 255, 254, … 0.
  public let truePositives: [Int]
  /// Background pixels of the ground truth whose quantized probability is at least 255, 254, … 0.
  public let falsePositives: [Int]

  /// Foreground pixels of the ground truth.
  public var foreground: Int { truePositives[255] }
  /// All pixels.
  public var pixels: Int { truePositives[255] + falsePositives[255] }

  /// The counts from histograms of the quantized probability, 256 bins each, on the foreground and on the background.
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

  /// TP / (TP + FP), 0 where nothing is predicted.
  public func precision(_ index: Int) -> Double {
    Double(truePositives[index]) / Double(max(truePositives[index] + falsePositives[index], 1))
  }

  /// TP / |G|, 0 where the ground truth is empty.
  public func recall(_ index: Int) -> Double { Double(truePositives[index]) / Double(max(foreground, 1)) }

  /// The F-measure, β² = 0.3; 0 where its numerator is.
  public func fMeasure(_ index: Int) -> Double { FMeasure.value(precision: precision(index), recall: recall(index)) }

  /// |prediction ∩ G| / |prediction ∪ G|, 0 where both are empty.
  public func intersectionOverUnion(_ index: Int) -> Double {
    Double(truePositives[index]) / Double(max(falsePositives[index] + foreground, 1))
  }

  /// The E-measure.
  public func eMeasure(_ index: Int) -> Double {
    EMeasure(
      truePositives: truePositives[index], falsePositives: falsePositives[index], foreground: foreground,
      pixels: pixels
    ).value
  }
}

/// The harmonic mean of precision and recall that weighs precision more (Achanta 2009).
enum FMeasure {
  /// β² of saliency detection.
  static let weight = 0.3

  /// (1 + β²) · P · R / (β² · P + R), 0 where the numerator is 0.
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

  /// The mean over pixels (over one less) of (alignment + 1)² / 4.
  ///
  /// Where both maps are binary only four kinds of pixels occur, so nothing is computed pixel by pixel.
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

  /// How well two values agree, each less its map's mean: in 0 … 1.
  private static func alignment(_ prediction: Double, _ truth: Double) -> Double {
    let aligned = 2 * (prediction * truth) / (prediction * prediction + truth * truth + epsilon)
    return (aligned + 1) * (aligned + 1) / 4
  }
}
