internal import CMath
internal import Tensors

/// Smooths the masks of a video over time where the picture does not move: a first-order recursive filter with
/// motion-adaptive gain (Dubois and Sabri, "Noise reduction in image sequences using motion-compensated temporal
/// filtering", 1984, without the motion compensation).
///
/// `out = (1 − k) · mask + k · previous out`, where `k = strength · exp(−(d / 8)²)` and d is the change of luma, 0 …
/// 255, from the frame before, averaged over 5×5 pixels. Where something moves, the mask is that of the frame alone, so
/// that moving objects leave no trail.
public struct TemporalSmoothing: Sendable {
  /// The gain k for each change of luma, in units of 1/65536.
  private let gains: [UInt32]
  private var previous: (size: Size, luma: [UInt8], mask: [UInt16])?

  /// - Parameter strength: from 0, no smoothing, to 1, where the mask of a still picture never changes.
  public init(strength: Double) {
    precondition((0...1).contains(strength), "a strength of \(strength) is not in 0 … 1")
    gains = (0..<256).map { change in
      let ratio = Double(change) / 8
      return UInt32((65536 * strength * exp(-ratio * ratio)).rounded())
    }
  }

  /// The smoothed mask of the next frame.
  ///
  /// - Parameters:
  ///   - mask: the mask of the frame, of its size.
  ///   - picture: the frame. If its size differs from the last one's, smoothing starts again.
  public mutating func smooth(_ mask: Mask, of picture: Picture) -> Mask {
    precondition(mask.size == picture.size, "a mask of \(mask.size) for a picture of \(picture.size)")
    let luma = picture.luma
    guard let previous, previous.size == mask.size else {
      self.previous = (mask.size, luma, mask.pixels.map { UInt16($0) << 8 })
      return mask
    }
    let changes = boxMeans(of: zip(luma, previous.luma).map { $0 > $1 ? $0 - $1 : $1 - $0 }, size: mask.size)
    // The state has 8 fractional bits, so that rounding does not swallow small steps.
    var state = previous.mask
    let pixels = [UInt8](unsafeUninitializedCapacity: state.count) { pixels, initialized in
      for index in 0..<state.count {
        let gain = gains[Int(changes[index])]
        let sum = UInt64(mask.pixels[index]) << 8 &* UInt64(65536 &- gain) &+ UInt64(state[index]) &* UInt64(gain)
        state[index] = UInt16(truncatingIfNeeded: (sum &+ 32768) >> 16)
        pixels.initializeElement(at: index, to: UInt8(truncatingIfNeeded: (UInt32(state[index]) &+ 128) >> 8))
      }
      initialized = state.count
    }
    self.previous = (mask.size, luma, state)
    return Mask(size: mask.size, pixels: pixels)
  }
}

/// The mean of the 5×5 pixels around each pixel, fewer at the border: two passes of running sums.
func boxMeans(of pixels: [UInt8], size: Size) -> [UInt8] {
  let radius = 2
  var rows = [UInt16](repeating: 0, count: pixels.count)
  for y in 0..<size.height {
    let start = y * size.width
    var sum = UInt16(0)
    for x in 0..<min(radius, size.width) { sum &+= UInt16(pixels[start + x]) }
    for x in 0..<size.width {
      if x + radius < size.width { sum &+= UInt16(pixels[start + x + radius]) }
      if x > radius { sum &-= UInt16(pixels[start + x - radius - 1]) }
      rows[start + x] = sum
    }
  }
  let spans = { (extent: Int) in
    (0..<extent).map { UInt32(min($0 + radius, extent - 1) - max($0 - radius, 0) + 1) }
  }
  let (widths, heights) = (spans(size.width), spans(size.height))
  var sums = [UInt32](repeating: 0, count: size.width)
  for y in 0..<min(radius, size.height) {
    for x in 0..<size.width { sums[x] &+= UInt32(rows[y * size.width + x]) }
  }
  return [UInt8](unsafeUninitializedCapacity: pixels.count) { means, initialized in
    for y in 0..<size.height {
      for x in 0..<size.width {
        if y + radius < size.height { sums[x] &+= UInt32(rows[(y + radius) * size.width + x]) }
        if y > radius { sums[x] &-= UInt32(rows[(y - radius - 1) * size.width + x]) }
        let area = widths[x] &* heights[y]
        means.initializeElement(
          at: y * size.width + x, to: UInt8(truncatingIfNeeded: (sums[x] &+ area / 2) / area))
      }
    }
    initialized = pixels.count
  }
}
