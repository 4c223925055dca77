internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

@Suite struct MaskTests {
  @Test func minMax() {
    #expect(Mask.minMaxNormalized([-1, 1, 3]) == [0, 0.5, 1])
    #expect(Mask.minMaxNormalized([0.3, 0.3]) == [0, 0])
    #expect(Mask.minMaxNormalized([]) == [])
    #expect(Mask.minMaxNormalized([.nan, 2, 4, .infinity, -.infinity]) == [0, 0, 1, 1, 0])
    #expect(Mask.minMaxNormalized([.nan, .nan]) == [0, 0])
  }

  @Test func truncatesToEightBits() {
    let size = Size(height: 1, width: 4)
    let mask = Mask(saliency: [0, 0.999, 0.5, 1], of: size, resizedTo: size)
    #expect(mask.pixels == [0, 254, 127, 255])
  }

  /// Probabilities are rounded, and logits go through a sigmoid; neither is stretched.
  @Test func probabilitiesAreKept() {
    let size = Size(height: 1, width: 6)
    func pixels(_ map: [Float], areProbabilities: Bool) -> [UInt8] {
      Mask(
        saliency: map, of: size, resizedTo: size, normalization: .identity, areProbabilities: areProbabilities
      ).pixels
    }
    #expect(pixels([0.001, 0.0044, 0.5, 0.999, .nan, 2], areProbabilities: true) == [0, 1, 128, 255, 0, 255])
    #expect(pixels([-9, 0, 9, .nan, .infinity, -.infinity], areProbabilities: false) == [0, 128, 255, 0, 255, 0])
  }

  @Test func aMaskHasAnInverse() {
    let mask = Mask(size: Size(height: 1, width: 3), pixels: [0, 100, 255])
    #expect(mask.inverted.pixels == [255, 155, 0])
  }

  @Test(arguments: PreprocessingTests.sizes, Resampling.allCases)
  func oddSizes(_ size: Size, _ resampling: Resampling) {
    let map = Tensor.random([320 * 320], seed: 5)
    let mask = Mask(
      saliency: map.values, of: Size(height: 320, width: 320), resizedTo: size, resampling: resampling)
    #expect(mask.size == size)
    #expect(mask.pixels.count == size.height * size.width)
  }
}
