/// The F-measure of boundaries that may lie a few pixels apart (Ehrig 2005; the U²-Net paper's relaxed F), β² = 0.3.
///
/// The paper leaves open what a boundary is. Here it is the mask without its erosion by a 3×3 square, the border
/// repeated outwards, of the prediction at a probability of ½; two boundaries agree within a Euclidean 3 pixels.
enum RelaxedBoundary {
  /// 1 where neither mask has a boundary, 0 where one has none.
  static func fMeasure(of prediction: BitMask, against truth: BitMask) -> Double {
    let (predicted, actual) = (prediction.boundary, truth.boundary)
    let (predictedCount, actualCount) = (predicted.count, actual.count)
    guard predictedCount > 0, actualCount > 0 else { return predictedCount == actualCount ? 1 : 0 }
    let precision = Double(predicted.overlap(with: actual.dilatedByThree)) / Double(predictedCount)
    let recall = Double(actual.overlap(with: predicted.dilatedByThree)) / Double(actualCount)
    return FMeasure.value(precision: precision, recall: recall)
  }
}
