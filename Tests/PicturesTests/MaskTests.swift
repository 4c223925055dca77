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

  @Test(arguments: PreprocessingTests.sizes, Resampling.allCases)
  func oddSizes(_ size: Size, _ resampling: Resampling) {
    let map = Tensor.random([320 * 320], seed: 5)
    let mask = Mask(
      saliency: map.values, of: Size(height: 320, width: 320), resizedTo: size, resampling: resampling)
    #expect(mask.size == size)
    #expect(mask.pixels.count == size.height * size.width)
  }
}
