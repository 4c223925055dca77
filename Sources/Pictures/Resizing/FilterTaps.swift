/// The source pixels of each target pixel along one axis, and their weights (fixed point, 22 fractional bits).
package struct FilterTaps {
  private static let fractionBits: Int32 = 22
  /// The start of each sum: one half, so that dropping the fraction rounds.
  static let half: Int32 = 1 << (fractionBits - 1)

  /// The first source pixel of each target pixel.
  package private(set) var firsts: [Int] = []
  /// The number of source pixels of each target pixel.
  package private(set) var counts: [Int] = []
  /// The weights; tap t of target pixel x is `weights[x * stride + t]`.
  package private(set) var weights: [Int32]
  /// The most taps of a target pixel.
  package let stride: Int

  /// The taps that resize an axis of `source` pixels to `target` pixels (Pillow's `precompute_coeffs` and
  /// `normalize_coeffs_8bpc`).
  package init(from source: Int, to target: Int, filter: ResizeFilter) {
    let scale = Double(source) / Double(target)
    let stretch = max(1, scale)
    let radius = filter.radius * stretch
    stride = Int(radius.rounded(.up)) * 2 + 1
    weights = Array(repeating: 0, count: target * stride)
    for x in 0..<target {
      let center = (Double(x) + 0.5) * scale
      let first = max(0, Int(center - radius + 0.5))
      let count = min(source, Int(center + radius + 0.5)) - first
      let exact = (0..<count).map { filter.weight(at: (Double($0 + first) - center + 0.5) * (1 / stretch)) }
      let sum = exact.reduce(0, +)
      for (tap, weight) in exact.enumerated() {
        weights[x * stride + tap] = Self.fixed(sum == 0 ? weight : weight / sum)
      }
      firsts.append(first)
      counts.append(count)
    }
  }

  private static func fixed(_ weight: Double) -> Int32 {
    Int32((weight * Double(Int32(1) << fractionBits)).rounded(.toNearestOrAwayFromZero))
  }

  /// A sum without its fraction, clamped to 8 bits.
  @inline(__always)
  static func rounded(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(255, max(0, sum >> fractionBits))) }

  private func withUnsafeTaps(
    _ body: (UnsafeBufferPointer<Int>, UnsafeBufferPointer<Int>, UnsafeBufferPointer<Int32>) -> Void
  ) {
    firsts.withUnsafeBufferPointer { firsts in
      counts.withUnsafeBufferPointer { counts in
        weights.withUnsafeBufferPointer { body(firsts, counts, $0) }
      }
    }
  }

  /// Resizes one row of grey.
  func filterGrey(_ row: UnsafeBufferPointer<UInt8>, into result: UnsafeMutableBufferPointer<UInt8>) {
    withUnsafeTaps { firsts, counts, weights in
      for x in 0..<result.count {
        let (first, base) = (firsts[x], x &* stride)
        var sum = Self.half
        for tap in 0..<counts[x] { sum &+= Int32(row[first &+ tap]) &* weights[base &+ tap] }
        result.initializeElement(at: x, to: Self.rounded(sum))
      }
    }
  }

  /// Computes row `y` of the pass along columns. All rows are as long as `result`, and `sums` has room for one.
  func filterColumns(
    of rows: UnsafeBufferPointer<UInt8>, row y: Int, into result: UnsafeMutableBufferPointer<UInt8>,
    _ sums: UnsafeMutableBufferPointer<Int32>
  ) {
    let width = result.count
    func line(_ tap: Int) -> UnsafeBufferPointer<UInt8> {
      UnsafeBufferPointer(rebasing: rows[((firsts[y] + tap) * width)...].prefix(width))
    }
    // Two taps, as in enlarging, need no sums in memory.
    if counts[y] == 2 {
      let (first, second) = (line(0), line(1))
      let (a, b) = (weights[y * stride], weights[y * stride + 1])
      for i in 0..<width {
        let sum = Self.half &+ Int32(first[i]) &* a &+ Int32(second[i]) &* b
        result.initializeElement(at: i, to: Self.rounded(sum))
      }
      return
    }
    sums.initialize(repeating: Self.half)
    for tap in 0..<counts[y] {
      let (line, weight) = (line(tap), weights[y * stride + tap])
      for i in 0..<width { sums[i] &+= Int32(line[i]) &* weight }
    }
    for i in 0..<width { result.initializeElement(at: i, to: Self.rounded(sums[i])) }
  }

  /// Resizes one row of interleaved RGB.
  func filterRGB(_ row: UnsafeBufferPointer<UInt8>, into result: UnsafeMutableBufferPointer<UInt8>) {
    withUnsafeTaps { firsts, counts, weights in
      for x in 0..<result.count / 3 {
        let (first, base) = (firsts[x] &* 3, x &* stride)
        var (red, green, blue) = (Self.half, Self.half, Self.half)
        for tap in 0..<counts[x] {
          let (pixel, weight) = (first &+ 3 &* tap, weights[base &+ tap])
          red &+= Int32(row[pixel]) &* weight
          green &+= Int32(row[pixel &+ 1]) &* weight
          blue &+= Int32(row[pixel &+ 2]) &* weight
        }
        result.initializeElement(at: 3 * x, to: Self.rounded(red))
        result.initializeElement(at: 3 * x + 1, to: Self.rounded(green))
        result.initializeElement(at: 3 * x + 2, to: Self.rounded(blue))
      }
    }
  }
}
