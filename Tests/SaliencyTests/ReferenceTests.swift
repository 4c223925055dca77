import Pictures
import Saliency
import Tensors
import TestSupport
import Testing

/// Against pysodmetrics, SciPy and NumPy, by tables that Golden/make_golden.py made with them.
@Suite struct ReferenceTests {
  @Test func everyMeasureOfSyntheticPairs() throws {
    let expected = try GoldenScores.load("pairs")
    try #require(expected.count == Recipe.pairs)
    var sum = DatasetScores()
    for (index, row) in expected.enumerated() {
      let pair = try Recipe.synthetic(index)
      try #require(
        pair.size == Size(height: row.height, width: row.width) && checksum(pair.map) == row.mapChecksum
          && checksum(pair.mask) == row.maskChecksum, "pair \(index) is not made as Golden/recipe.py makes it")
      let scores = ImageScores(pair)
      #expect(row.mismatch(with: scores) == nil)
      sum.add(scores)
    }
    try checkCurves(sum)
  }

  private func checkCurves(_ scores: DatasetScores) throws {
    let rows = try GoldenScores.lines("curves")
    #expect(rows[0] == ["precision", "recall", "F", "E", "IoU"] && rows.count == 257)
    let curves = [
      scores.precision, scores.recall, scores.fMeasure, scores.eMeasure, scores.intersectionOverUnion,
    ]
    for (index, cells) in rows.dropFirst().enumerated() {
      for (curve, cell) in zip(curves, cells) {
        #expect(abs(curve[index] - (Double(cell) ?? .nan)) < 1e-9, "threshold \(255 - index)")
      }
    }
  }

  @Test(.enabled(if: SharedFiles.exist, "\(SharedFiles.absence)")) func everyMeasureOfRealMasks() throws {
    for (index, row) in try GoldenScores.load("real").enumerated() {
      let picture = try Picture(contentsOf: SharedFiles.path("data/ECSSD-125/masks/\(row.name).png"))
      let pair = try Recipe.degraded(index, mask: picture.grey, size: picture.size)
      try #require(checksum(pair.map) == row.mapChecksum && checksum(pair.mask) == row.maskChecksum, "mask \(row.name)")
      #expect(row.mismatch(with: ImageScores(pair)) == nil)
    }
  }
}

extension Picture {
  /// The first channel, of a picture that is grey.
  fileprivate var grey: [UInt8] { stride(from: 0, to: samples8.count, by: channels).map { samples8[$0] } }
}
