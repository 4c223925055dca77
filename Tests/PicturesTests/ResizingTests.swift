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

  /// FNV-1a hashes (64 bits) of the results of OpenCV 4.14.
  @Test(
    arguments: [
      (Size(height: 352, width: 352), Size(height: 400, width: 267), 0xA574008A51085295),
      (Size(height: 352, width: 352), Size(height: 267, width: 400), 0x23D3D7D34451296F),
      (Size(height: 200, width: 302), Size(height: 100, width: 151), 0x14FAD44E33363937),
      (Size(height: 45, width: 61), Size(height: 90, width: 122), 0xE7B56F6DD257092F),
      (Size(height: 1, width: 77), Size(height: 33, width: 5), 0xEF9084A68D4AF8CD),
      (Size(height: 240, width: 320), Size(height: 241, width: 319), 0xAF7A3B0DCB364F3C),
      (Size(height: 3, width: 2), Size(height: 200, width: 301), 0x4B95CD16C29E08E0),
      (Size(height: 400, width: 300), Size(height: 17, width: 23), 0x9037CED10D71D954),
    ] as [(Size, Size, UInt64)])
  func sameAsOpenCV(from: Size, to: Size, hash: UInt64) {
    let mask = Mask(size: from, pixels: Fixture.samples(from, channels: 1)).resizedAsOpenCV(to: to)
    let found = mask.pixels.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    #expect(mask.size == to && found == hash)
  }

  @Test func sameSizeChangesNothing() {
    let size = Size(height: 5, width: 127)
    let samples = Fixture.samples(size, channels: 3)
    #expect(FilterResizer(from: size, to: size, filter: .lanczos3).resize(samples, channels: 3) == samples)
  }
}
