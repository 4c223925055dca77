public import Tensors

/// Resizes 8-bit grey bit for bit as OpenCV does with `INTER_LINEAR`: bilinear between pixel centres, without
/// antialiasing, with weights of 11 fractional bits (OpenCV 4, `modules/imgproc/src/resize.cpp`).
///
/// Maps are usually brought to the size of their ground truth this way before they are scored.
struct LinearResizer {
  /// The two source pixels of a target pixel, and their weights.
  private struct Tap {
    let lower: Int
    let upper: Int
    let lowerWeight: Int32
    let upperWeight: Int32

    init(lower: Int, upper: Int, fraction: Float) {
      (self.lower, self.upper) = (lower, upper)
      lowerWeight = Int32(((1 - fraction) * 2048).rounded(.toNearestOrEven))
      upperWeight = Int32((fraction * 2048).rounded(.toNearestOrEven))
    }
  }

  private let source: Size
  private let target: Size
  private let columns: [Tap]
  private let rows: [Tap]

  /// A resizer between two sizes, neither of which is empty.
  init(from source: Size, to target: Size) {
    (self.source, self.target) = (source, target)
    columns = Self.positions(from: source.width, to: target.width).map { lower, fraction in
      // Beyond the border, OpenCV moves columns to the border's pixel, but only repeats rows.
      if lower < 0 { return Tap(lower: 0, upper: 0, fraction: 0) }
      if lower >= source.width - 1 { return Tap(lower: source.width - 1, upper: source.width - 1, fraction: 0) }
      return Tap(lower: lower, upper: lower + 1, fraction: fraction)
    }
    rows = Self.positions(from: source.height, to: target.height).map { lower, fraction in
      let last = source.height - 1
      return Tap(lower: min(last, max(0, lower)), upper: min(last, max(0, lower + 1)), fraction: fraction)
    }
  }

  /// The source position of each target pixel: the pixel before it, and the fraction behind that pixel's centre.
  private static func positions(from source: Int, to target: Int) -> [(lower: Int, fraction: Float)] {
    let scale = 1 / (Double(target) / Double(source))
    return (0..<target).map { index in
      let position = Float((Double(index) + 0.5) * scale - 0.5)
      let floor = position.rounded(.down)
      return (Int(floor), position - floor)
    }
  }

  /// Resizes pixels, `[height, width]`.
  func resize(_ pixels: [UInt8]) -> [UInt8] {
    precondition(pixels.count == source.height * source.width)
    guard source != target else { return pixels }
    // The sums of two neighbours in a row have 8 + 11 bits; 4 of them are dropped, as by OpenCV.
    func sums(ofRow row: Int) -> [Int32] {
      let start = row * source.width
      return columns.map { tap in
        (Int32(pixels[start + tap.lower]) &* tap.lowerWeight &+ Int32(pixels[start + tap.upper]) &* tap.upperWeight)
          >> 4
      }
    }
    var known: [Int: [Int32]] = [:]
    var result: [UInt8] = []
    result.reserveCapacity(target.height * target.width)
    for row in rows {
      known = known.filter { $0.key >= row.lower }
      let lower = known[row.lower] ?? sums(ofRow: row.lower)
      let upper = known[row.upper] ?? (row.upper == row.lower ? lower : sums(ofRow: row.upper))
      (known[row.lower], known[row.upper]) = (lower, upper)
      for x in 0..<target.width {
        let sum = (row.lowerWeight &* lower[x]) >> 16 &+ (row.upperWeight &* upper[x]) >> 16
        result.append(UInt8(truncatingIfNeeded: min(255, max(0, (sum &+ 2) >> 2))))
      }
    }
    return result
  }
}

extension Mask {
  /// The mask resized bit for bit as OpenCV's `resize` does by default (`INTER_LINEAR`). Neither extent of `target` is
  /// zero.
  public func resizedAsOpenCV(to target: Size) -> Mask {
    Mask(size: target, pixels: LinearResizer(from: size, to: target).resize(pixels))
  }
}
