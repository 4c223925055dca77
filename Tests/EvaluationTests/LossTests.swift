import Evaluation
import Foundation
import Models
import Pictures
import Saliency
import Tensors
import TestSupport
import Testing
import U2Net

/// The loss of a network's maps against a picture's ground truth.
@Suite struct LossTests {
  private static let side = 32

  private func detection() throws -> Detection {
    let size = Size(height: 21, width: 50)
    let samples = (0..<size.height * size.width * 3).map { UInt8($0 * 7 % 256) }
    let picture = Picture(size: size, hasAlpha: false, samples: .bits8(samples))
    return try SaliencyDetector(device: .reference, size: Self.side).detect(picture)
  }

  /// A mask of `scale` times the network's size, of blocks of `scale` pixels.
  private func mask(scale: Int, foreground: UInt8) -> Mask {
    let side = Self.side * scale
    let pixels = (0..<side * side).map { index in
      (index % side / scale * 5 + index / side / scale * 3) % 7 < 3 ? foreground : 0
    }
    return Mask(size: Size(height: side, width: side), pixels: pixels)
  }

  @Test func everyMapHasItsOwn() throws {
    let detection = try detection()
    let truth = mask(scale: 1, foreground: 255)
    let loss = try detection.loss(against: truth)
    #expect(loss.perMap.count == 7 && loss.total == loss.perMap.reduce(0, +))
    for (map, own) in zip(detection.maps, loss.perMap) {
      let sum = zip(map.values.values, truth.pixels).reduce(0.0) { sum, pixel in
        sum - Foundation.log(pixel.1 > 0 ? Double(pixel.0) : 1 - Double(pixel.0))
      }
      #expect(abs(own - sum / Double(truth.pixels.count)) < 1e-9, "\(map.name)")
    }
  }

  /// A larger mask is shrunk by its nearest pixels, and its maximum is 1.
  @Test(arguments: [(3, 255), (4, 255), (1, 128), (2, 1)]) func masksComeToTheMapsSize(scale: Int, foreground: UInt8)
    throws
  {
    let detection = try detection()
    let expected = try detection.loss(against: mask(scale: 1, foreground: 255))
    #expect(try detection.loss(against: mask(scale: scale, foreground: foreground)) == expected)
  }

  @Test(arguments: [
    (Tensor(shape: [1, 2, 4, 4], repeating: 0.5), "one channel"),
    (Tensor(shape: [1, 1, 4, 4], repeating: 1.5), "0 … 1"), (Tensor(shape: [1, 1, 4, 4], repeating: .nan), "0 … 1"),
  ]) func otherMapsAreRefused(values: Tensor, says: String) throws {
    let detection = try Detection(
      maps: [SaliencyMap(name: "d0", values: values)], pictureSize: Size(height: 9, width: 9), resampling: .bilinear)
    let failure = #expect(throws: Failure.self) { try detection.loss(against: mask(scale: 1, foreground: 255)) }
    #expect(failure?.kind == .model && failure?.description.contains(says) == true)
  }

  @Test func meansOverPictures() {
    let losses = [[1.0, 2], [3, 6]].map { DeepSupervisionLoss(perMap: $0) }
    #expect(DeepSupervisionLoss(meanOf: losses)?.perMap == [2, 4])
    #expect(DeepSupervisionLoss(meanOf: []) == nil)
  }
}
