package import U2Net

/// Resizes rows of colours by a triangle filter as wide as a pixel of the source or of the target, whichever is larger.
///
/// Rows are narrowed when they are needed, and forgotten when no further row needs them.
struct TriangleResizer {
  /// The pixels of the source that a pixel of the target is made of, and their weights, whose sum is 1.
  private struct Taps {
    let first: Int
    let weights: [Float]
  }

  private let target: Size
  private let columns: [Taps]
  private let rows: [Taps]

  /// A resizer between two sizes, neither of which is empty.
  init(from source: Size, to target: Size) {
    self.target = target
    columns = Self.taps(from: source.width, to: target.width)
    rows = Self.taps(from: source.height, to: target.height)
  }

  /// Resizes an image.
  ///
  /// - Parameter write: takes each row of the target, from the top.
  func resize(_ source: some ColorRows, write: (Int, UnsafeBufferPointer<SIMD4<Float>>) -> Void) {
    var known: [Int: [SIMD4<Float>]] = [:]
    var line = [SIMD4<Float>](repeating: .zero, count: source.size.width)
    for (y, taps) in rows.enumerated() {
      let range = taps.first..<taps.first + taps.weights.count
      for row in known.keys where !range.contains(row) { known[row] = nil }
      var sum = [SIMD4<Float>](repeating: .zero, count: target.width)
      for (row, weight) in zip(range, taps.weights) {
        let narrow = known[row] ?? narrowed(source, row, &line)
        known[row] = narrow
        for x in 0..<target.width { sum[x] += narrow[x] * weight }
      }
      sum.withUnsafeBufferPointer { write(y, $0) }
    }
  }

  private func narrowed(_ source: some ColorRows, _ row: Int, _ line: inout [SIMD4<Float>]) -> [SIMD4<Float>] {
    line.withUnsafeMutableBufferPointer { line in
      source.read(row, into: line)
      return columns.map { taps in
        var sum = SIMD4<Float>.zero
        for (offset, weight) in taps.weights.enumerated() { sum += line[taps.first + offset] * weight }
        return sum
      }
    }
  }

  private static func taps(from source: Int, to target: Int) -> [Taps] {
    let scale = Double(source) / Double(target)
    let radius = max(1, scale)
    return (0..<target).map { index in
      let center = (Double(index) + 0.5) * scale
      let first = max(0, Int((center - radius).rounded(.down)))
      let last = min(source - 1, Int((center + radius).rounded(.up)))
      let weights = (first...last).map { max(0, 1 - abs(Double($0) + 0.5 - center) / radius) }
      let sum = weights.reduce(0, +)
      return Taps(first: first, weights: weights.map { Float($0 / sum) })
    }
  }
}

extension Picture {
  /// The picture with at most `limit` pixels, in 8 bits if it is resized, with its profile and without other metadata.
  package func fitting(pixels limit: Int) -> Picture {
    let (height, width) = (size.height, size.width)
    guard height * width > limit else { return self }
    let scale = (Double(limit) / (Double(height) * Double(width))).squareRoot()
    return resized(to: Size(height: max(1, Int(Double(height) * scale)), width: max(1, Int(Double(width) * scale))))
  }

  /// The picture in another size, in 8 bits.
  package func resized(to target: Size) -> Picture {
    guard target != size else { return self }
    let (channels, hasAlpha) = (channels, hasAlpha)
    var samples = [UInt8](repeating: 0, count: target.height * target.width * channels)
    TriangleResizer(from: size, to: target).resize(self) { y, line in
      for x in 0..<target.width {
        let bytes = WeightedColor.bytes(line[x])
        let place = (y * target.width + x) * channels
        for channel in 0..<3 { samples[place + channel] = bytes[channel] }
        if hasAlpha { samples[place + 3] = bytes.w }
      }
    }
    var picture = Picture(size: target, hasAlpha: hasAlpha, samples: .bits8(samples))
    picture.iccProfile = iccProfile
    return picture
  }

  /// The part of the picture in a box, which must be inside the picture, with the picture's profile.
  func part(_ box: PixelBox) -> Picture {
    guard box.size != size else { return self }
    let (channels, width) = (channels, size.width)
    func part<Sample>(_ samples: [Sample]) -> [Sample] {
      box.rows.flatMap { y in
        samples[(y * width + box.columns.lowerBound) * channels..<(y * width + box.columns.upperBound) * channels]
      }
    }
    let samples: Samples =
      switch samples {
      case .bits8(let samples): .bits8(part(samples))
      case .bits16(let samples): .bits16(part(samples))
      }
    var picture = Picture(size: box.size, hasAlpha: hasAlpha, samples: samples)
    picture.iccProfile = iccProfile
    return picture
  }
}
