internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

@Suite struct PreprocessingTests {
  static let sizes = [
    Size(height: 1, width: 1), Size(height: 4000, width: 1), Size(height: 5, width: 3), Size(height: 127, width: 129),
  ]

  @Test(arguments: sizes, Resampling.allCases) func oddSizes(_ size: Size, _ resampling: Resampling) {
    let preprocessing = Preprocessing(size: Size(height: 32, width: 48), resampling: resampling)
    let input = preprocessing.input(from: Fixture.picture(size))
    #expect(input.shape == [1, 3, 32, 48])
    #expect(input.firstNonFiniteIndex == nil)
  }

  @Test(arguments: Resampling.allCases) func blackIsNotDividedByZero(_ resampling: Resampling) {
    let size = Size(height: 20, width: 30)
    let black = Picture(size: size, hasAlpha: false, samples: .bits8(Array(repeating: 0, count: 1800)))
    let input = Preprocessing(size: size, resampling: resampling).input(from: black)
    let expected = Tensor(shape: [1, 3, 20, 30]) { values in
      for i in values.indices { values[i] = [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225][i / 600] }
    }
    #expect(input.mismatch(with: expected, within: 1e-6) == nil)
  }

  @Test(arguments: Resampling.allCases) func maximumOrFullScale(_ resampling: Resampling) {
    let size = Size(height: 2, width: 2)
    let grey = Picture(size: size, hasAlpha: false, samples: .bits8(Array(repeating: 51, count: 12)))
    func first(_ scaling: Normalization.Scaling) -> Float {
      let normalization = Normalization(mean: [0.5, 0, 0], standardDeviation: [2, 1, 1], scaling: scaling)
      return Preprocessing(size: size, resampling: resampling, normalization: normalization).input(from: grey).values[0]
    }
    #expect(first(.maximum) == 0.25)
    #expect(abs(first(.full) - (0.2 - 0.5) / 2) < 1e-6)
  }

  @Test func sixteenBitsKeepTheirPrecision() {
    let size = Size(height: 1, width: 1)
    let picture = Picture(size: size, hasAlpha: false, samples: .bits16([1000, 1001, 65535]))
    let plain = Normalization(mean: [0, 0, 0], standardDeviation: [1, 1, 1], scaling: .full)
    let values = Preprocessing(size: size, normalization: plain).input(from: picture).values
    #expect(zip(values, [1000.0 / 65535, 1001.0 / 65535, 1]).allSatisfy { abs($0 - Float($1)) < 1e-7 })
  }

  @Test func batchesHoldTheirPicturesInOrder() {
    let pictures = Self.sizes.map { Fixture.picture($0) }
    let preprocessing = Preprocessing(size: Size(height: 7, width: 9))
    let batch = preprocessing.input(from: pictures)
    #expect(batch.shape == [4, 3, 7, 9])
    #expect(batch.values == pictures.flatMap { preprocessing.input(from: $0).values })
  }

  @Test func alphaIsCompositedOverTheBackground() {
    let size = Size(height: 1, width: 2)
    let picture = Picture(size: size, hasAlpha: true, samples: .bits8([10, 20, 30, 0, 100, 0, 200, 51]))
    #expect(picture.flattened().values == [255, 255, 255, 224, 204, 244])
    #expect(picture.flattened(over: Color(red: 0, green: 0, blue: 255)).values == [0, 0, 255, 20, 0, 244])
    let deep = Picture(size: size, hasAlpha: true, samples: .bits16([1, 2, 3, 0, 500, 600, 700, 65535]))
    #expect(deep.flattened().values == [65535, 65535, 65535, 500, 600, 700])
    #expect(!picture.flattened().hasAlpha)
  }
}
