/// The F-measure of boundaries within a tolerance (Ehrig 2005; the relaxed F of the U²-Net paper), with β² = 0.3.
///
/// The paper does not define a boundary. Here it is the mask without its erosion by a 3×3 square, the border repeated
/// outwards, of the prediction at a probability of ½. The tolerance is a Euclidean distance of 3 pixels.
enum RelaxedBoundary {
  /// The measure: 1 if neither mask has a boundary, and 0 if only one has.
  static func fMeasure(of prediction: BitMask, against truth: BitMask) -> Double {
    let (predicted, actual) = (prediction.boundary, truth.boundary)
    let (predictedCount, actualCount) = (predicted.count, actual.count)
    guard predictedCount > 0, actualCount > 0 else { return predictedCount == actualCount ? 1 : 0 }
    let precision = Double(predicted.overlap(with: actual.dilatedByThree)) / Double(predictedCount)
    let recall = Double(actual.overlap(with: predicted.dilatedByThree)) / Double(actualCount)
    return FMeasure.value(precision: precision, recall: recall)
  }
}
