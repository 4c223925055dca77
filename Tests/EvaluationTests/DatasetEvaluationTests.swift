import Datasets
import Evaluation
import Files
import Foundation
import Pictures
import TestSupport
import Tensors
import Testing
import U2Net

@Suite struct DatasetEvaluationTests {
  /// Files that are unreadable or of the wrong size are listed by their paths, and the rest is scored.
  @Test func issuesAreListed() throws {
    let root = try TemporaryFolder()
    let (images, masks) = ("\(root.path)/images", "\(root.path)/masks")
    let size = Size(height: 12, width: 17)
    for folder in [images, masks] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    for stem in ["a", "b", "bad-mask", "bad-picture", "wrong"] {
      let own = stem == "wrong" ? Size(height: 9, width: 9) : size
      let samples = (0..<own.height * own.width * 3).map { UInt8($0 * 31 % 251) }
      try Picture(size: own, hasAlpha: false, samples: .bits8(samples)).writePNG(toFileAt: "\(images)/\(stem).png")
      let pixels = (0..<size.height * size.width).map { $0 % size.width > 5 ? UInt8(255) : 0 }
      try Mask(size: size, pixels: pixels).writePNG(toFileAt: "\(masks)/\(stem).png")
    }
    try Data("nonsense".utf8).write(to: URL(fileURLWithPath: "\(images)/bad-picture.png"))
    try Data().write(to: URL(fileURLWithPath: "\(masks)/bad-mask.png"))
    let detector = try SaliencyDetector(device: .reference, size: 32, maps: .saliency)
    var evaluation = DatasetEvaluation(
      try Dataset(inputs: FilePath(images), masks: FilePath(masks)), source: .detector(detector))
    evaluation.journalFolder = nil
    let outcome = try evaluation.run()
    #expect(outcome.rows.map(\.item.stem) == ["a", "b"])
    #expect(
      outcome.issues.map { "\($0.kind) \($0.path)" } == [
        "unreadable \(masks)/bad-mask.png", "unreadable \(images)/bad-picture.png", "wrongSize \(images)/wrong.png",
      ])
    #expect(outcome.issues.allSatisfy { !$0.description.contains("\n") })
  }
}
