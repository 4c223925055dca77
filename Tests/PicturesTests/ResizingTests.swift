internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

/// A resize and all samples of Pillow's result.
struct FilteredCase: Sendable {
  var from: Size
  var to: Size
  var channels: Int
  var filter: ResizeFilter
  var expected: [UInt8]
}

/// A resize and the FNV-1a hash of Pillow's result.
struct HashedCase: Sendable {
  var from: Size
  var to: Size
  var channels: Int
  var filter: ResizeFilter
  var hash: UInt64
}

/// A resize and the planes `[3, height, width]` of scikit-image's result.
struct BilinearCase: Sendable {
  var from: Size
  var to: Size
  var resampling: Resampling
  var expected: [Float]
}

@Suite struct ResizingTests {
  @Test(arguments: ResizeGolden.filtered) func sameAsPillow(_ golden: FilteredCase) {
    let resizer = FilterResizer(from: golden.from, to: golden.to, filter: golden.filter)
    let result = resizer.resize(Fixture.samples(golden.from, channels: golden.channels), channels: golden.channels)
    #expect(result == golden.expected)
  }

  @Test(arguments: ResizeGolden.hashed) func sameAsPillowOnLargerPictures(_ golden: HashedCase) {
    let resizer = FilterResizer(from: golden.from, to: golden.to, filter: golden.filter)
    let result = resizer.resize(Fixture.samples(golden.from, channels: golden.channels), channels: golden.channels)
    let hash = result.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    #expect(hash == golden.hash)
  }

  @Test(arguments: ResizeGolden.bilinear) func sameAsScikitImage(_ golden: BilinearCase) {
    let plain = Normalization(mean: [0, 0, 0], standardDeviation: [1, 1, 1], scaling: .full)
    let input = Preprocessing(size: golden.to, resampling: golden.resampling, normalization: plain).input(
      from: Fixture.picture(golden.from))
    let expected = Tensor(shape: [1, 3, golden.to.height, golden.to.width], values: golden.expected)
    #expect(input.mismatch(with: expected, within: 1e-6) == nil)
  }

  @Test func sameSizeChangesNothing() {
    let size = Size(height: 5, width: 127)
    let samples = Fixture.samples(size, channels: 3)
    #expect(FilterResizer(from: size, to: size, filter: .lanczos3).resize(samples, channels: 3) == samples)
  }
}
