internal import Tensors

/// All measures of one map against its ground truth.
public struct ImageScores: Sendable, Hashable {
  /// The counts above each threshold, from which precision, recall, F, E and IoU follow.
  public let counts: ThresholdCounts
  /// The mean absolute error.
  public let mae: Double
  /// The F-measure at the adaptive threshold: twice the mean probability, at most 1.
  public let adaptiveF: Double
  /// The E-measure at the adaptive threshold.
  public let adaptiveE: Double
  /// The weighted F-measure (Margolin 2014).
  public let weightedF: Double
  /// The structure measure (Fan 2017).
  public let sMeasure: Double
  /// The F-measure of boundaries within a tolerance of 3 pixels, at a probability of ½.
  public let relaxedBoundaryF: Double
  /// Intersection over union at a probability of ½.
  public let iou50: Double

  /// Scores from their values.
  public init(
    counts: ThresholdCounts, mae: Double, adaptiveF: Double, adaptiveE: Double, weightedF: Double, sMeasure: Double,
    relaxedBoundaryF: Double, iou50: Double
  ) {
    self.counts = counts
    self.mae = mae
    self.adaptiveF = adaptiveF
    self.adaptiveE = adaptiveE
    self.weightedF = weightedF
    self.sMeasure = sMeasure
    self.relaxedBoundaryF = relaxedBoundaryF
    self.iou50 = iou50
  }

  /// The scores of a pair.
  public init(_ pair: SaliencyPair) {
    let truth = BitMask(pair.mask, size: pair.size, atLeast: 129)
    let foreground = truth.count
    let histogram = JointHistogram(pair, split: SMeasure.split(of: truth, count: foreground))
    let whole = histogram.whole
    let range = whole.range
    let table = LevelTable(least: range.least, most: range.most)
    let prediction = BitMask(pair.map, size: pair.size, atLeast: table.half)
    let pixels = pair.map.count

    counts = ThresholdCounts(whole, table)
    mae = whole.errorSum(table) / Double(pixels)
    let adaptive = whole.above(whole.adaptiveLevel)
    adaptiveF = FMeasure.value(
      precision: Double(adaptive.truePositives) / Double(max(adaptive.truePositives + adaptive.falsePositives, 1)),
      recall: Double(adaptive.truePositives) / Double(max(foreground, 1)))
    adaptiveE =
      EMeasure(
        truePositives: adaptive.truePositives, falsePositives: adaptive.falsePositives, foreground: foreground,
        pixels: pixels
      ).value
    weightedF = WeightedFMeasure(pair, table, truth: truth, foreground: foreground).value
    sMeasure = SMeasure(histogram, table, size: pair.size).value
    relaxedBoundaryF = RelaxedBoundary.fMeasure(of: prediction, against: truth)
    let half = whole.above(table.half)
    iou50 = Double(half.truePositives) / Double(max(half.falsePositives + foreground, 1))
  }
}

extension JointHistogram.Counts {
  /// The least level at or above the adaptive threshold: twice the mean, at most 1; 256 if there is none. Computed in
  /// integers, so that a level exactly at the threshold counts.
  var adaptiveLevel: Int {
    let (least, most) = range
    let all = all
    let pixels = all.reduce(0, +)
    // A flat map is not normalized: 0 is at level 0, and 1 at level 255.
    let (zero, one) = most > least ? (least, most) : (0, 255)
    let sum = (0..<256).reduce(0) { $0 + max(0, $1 - zero) * all[$1] }
    return (zero...one).first { ($0 - zero) * pixels >= min(2 * sum, (one - zero) * pixels) } ?? 256
  }

  /// The sum of |probability − ground truth|.
  func errorSum(_ table: LevelTable) -> Double {
    zip(zip(foreground, background), table.probabilities).reduce(0) { sum, level in
      let ((on, off), probability) = level
      return sum + Double(on) * (1 - probability) + Double(off) * probability
    }
  }

  /// The true and false positives if levels from `level` on are foreground.
  func above(_ level: Int) -> (truePositives: Int, falsePositives: Int) {
    (foreground[level...].reduce(0, +), background[level...].reduce(0, +))
  }
}
