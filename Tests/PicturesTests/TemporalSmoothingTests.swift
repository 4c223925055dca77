import Pictures
import Tensors
import TestSupport
import Testing

@Suite struct TemporalSmoothingTests {
  private let size = Size(height: 13, width: 17)

  private func picture(_ value: (Int, Int) -> UInt8) -> Picture {
    let samples = (0..<size.height).flatMap { y in
      (0..<size.width).flatMap { x in Array(repeating: value(y, x), count: 3) }
    }
    return Picture(size: size, hasAlpha: false, samples: .bits8(samples))
  }

  private func mask(_ value: UInt8) -> Mask {
    Mask(size: size, pixels: Array(repeating: value, count: size.height * size.width))
  }

  /// In a still picture the response to a step is exactly exponential.
  @Test(arguments: [0.0, 0.5, 0.8]) func aStepIsFollowed(strength: Double) {
    var smoothing = TemporalSmoothing(strength: strength)
    let still = picture { UInt8(($0 * 31 + $1 * 7) % 256) }
    #expect(smoothing.smooth(mask(0), of: still) == mask(0))
    var expected = 0.0
    for _ in 0..<30 {
      expected = (1 - strength) * 200 + strength * expected
      let pixels = smoothing.smooth(mask(200), of: still).pixels
      #expect(pixels.allSatisfy { abs(Double($0) - expected) <= 0.75 }, "\(pixels[0]) is not \(expected)")
    }
    // It gets there: nothing is stuck in rounding.
    #expect(abs(Double(smoothing.smooth(mask(200), of: still).pixels[0]) - 200) <= 1 || strength > 0.7)
  }

  /// A flickering mask of a still picture flickers less by (1 − k) / (1 + k).
  @Test func flickerShrinks() {
    var smoothing = TemporalSmoothing(strength: 0.6)
    let still = picture { UInt8($0 + $1) }
    var last: [Int] = []
    for frame in 0..<40 {
      last = last.suffix(1) + [Int(smoothing.smooth(mask(frame % 2 == 0 ? 100 : 180), of: still).pixels[50])]
    }
    #expect(abs(abs(last[1] - last[0]) - 20) <= 1, "\(last)")
  }

  /// Where the picture changes, the mask is that of the frame, so that moving objects leave no trail.
  @Test func whatMovesLeavesNothingBehind() {
    var smoothing = TemporalSmoothing(strength: 0.9)
    func frame(_ left: Int) -> (Picture, Mask) {
      let inside = { (x: Int) in (left..<left + 4).contains(x) }
      let mask = (0..<size.height).flatMap { _ in (0..<size.width).map { UInt8(inside($0) ? 255 : 0) } }
      return (picture { _, x in inside(x) ? 220 : 40 }, Mask(size: size, pixels: mask))
    }
    for left in stride(from: 0, through: 12, by: 4) {
      let (picture, own) = frame(left)
      let smooth = smoothing.smooth(own, of: picture)
      let worst = zip(smooth.pixels, own.pixels).map { abs(Int($0) - Int($1)) }.max()
      #expect(worst.map { $0 <= 3 } == true, "\(worst ?? -1) at \(left)")
    }
  }

  @Test func anotherSizeBeginsAnew() {
    var smoothing = TemporalSmoothing(strength: 1)
    _ = smoothing.smooth(mask(10), of: picture { _, _ in 0 })
    let other = Picture(size: Size(height: 1, width: 1), hasAlpha: false, samples: .bits8([0, 0, 0]))
    let own = Mask(size: other.size, pixels: [77])
    #expect(smoothing.smooth(own, of: other) == own)
    #expect(smoothing.smooth(Mask(size: other.size, pixels: [200]), of: other) == own)
  }
}
