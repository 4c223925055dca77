import Saliency
import Tensors
import Testing

/// Properties of the measures that need no reference.
@Suite struct SaliencyTests {
  private let size = Size(height: 3, width: 4)

  private func pair(_ map: [UInt8], _ mask: [UInt8]) throws -> SaliencyPair {
    try SaliencyPair(map: map, of: size, mask: mask, of: size)
  }

  /// A map equal to its ground truth is perfect by every measure but those that average over all thresholds.
  @Test func aPerfectMap() throws {
    let mask: [UInt8] = [0, 0, 255, 255, 0, 255, 255, 255, 0, 0, 0, 0]
    let scores = ImageScores(try pair(mask, mask))
    #expect(scores.mae == 0 && scores.iou50 == 1 && scores.relaxedBoundaryF == 1)
    for measure in [Measure.maxF, .adaptiveF, .weightedF, .sMeasure, .maxIoU] {
      #expect(abs(scores[measure] - 1) < 1e-9, "\(measure)")
    }
  }

  @Test func sizesMustAgree() {
    let turned = Size(height: 4, width: 3)
    #expect(throws: SizeMismatch(map: size, mask: turned)) {
      try SaliencyPair(
        map: Array(repeating: 0, count: 12), of: size, mask: Array(repeating: 0, count: 12), of: turned)
    }
    let empty = Size(height: 0, width: 3)
    #expect(throws: SizeMismatch.self) { try SaliencyPair(map: [], of: empty, mask: [], of: empty) }
  }

  @Test func noImagesHaveNoScore() {
    let scores = DatasetScores()
    #expect(Measure.allCases.allSatisfy { scores[$0].isNaN })
  }

  /// The measures of a data set are means over its pictures; the paper's F is computed from mean precision and recall.
  @Test func aDataSetIsTheMeanOfItsImages() throws {
    let images = try (40..<48).map { ImageScores(try Recipe.synthetic($0)) }
    var sum = DatasetScores()
    for image in images { sum.add(image) }
    #expect(sum.count == images.count)
    for measure in [Measure.mae, .weightedF, .adaptiveF, .adaptiveE, .relaxedBoundaryF, .iou50, .meanF, .meanE] {
      let mean = images.reduce(0) { $0 + $1[measure] } / Double(images.count)
      #expect(abs(sum[measure] - mean) < 1e-12, "\(measure)")
    }
    let paper = zip(sum.precision, sum.recall).map { 1.3 * $0 * $1 / (0.3 * $0 + $1 + 1e-8) }.max()
    #expect(sum[.maxFPR] == paper && sum[.maxFPR] != sum[.maxF])
  }

  /// Paper, equations 1 and 2; PyTorch's BCELoss where a probability is 0 or 1.
  @Test func theLossOfDeepSupervision() throws {
    let target = Tensor(shape: [1, 1, 2, 2], values: [1, 0, 1, 0])
    let half = Tensor(shape: target.shape, repeating: 0.5)
    let sure = Tensor(shape: target.shape, values: [1, 0, 0, 0])
    let leaning = Tensor(shape: target.shape, values: [0.75, 0.25, 0.75, 0.25])
    let loss = try DeepSupervisionLoss(maps: [half, sure, leaning], target: target)
    for (own, expected) in zip(loss.perMap, [0.693147180559945, 25, 0.287682072451781]) {
      #expect(abs(own - expected) < 1e-12)
    }
    #expect(abs(loss.total - loss.perMap.reduce(0, +)) < 1e-12)
    let small = Tensor(shape: [1, 1, 1, 2], values: [1, 0])
    #expect(throws: ShapeMismatch.self) { try DeepSupervisionLoss(maps: [half, small], target: target) }
  }
}
