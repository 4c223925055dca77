public import Pictures
internal import Tensors

extension AlphaMatte {
  /// The matte with every value set to foreground or background; values from `threshold` on, 0 … 1, are foreground.
  public func thresholded(at threshold: Double) -> AlphaMatte {
    let limit = UInt16(min(1, max(0, threshold)) * Double(Self.opaque))
    return AlphaMatte(size: size, values: values.map { $0 >= max(1, limit) ? Self.opaque : 0 })
  }

  /// The matte with softened edges: three box filters of this radius, in pixels, which approximate a Gaussian.
  public func feathered(by radius: Double) -> AlphaMatte {
    let reach = Self.reach(of: radius)
    guard reach > 0 else { return self }
    var values = values
    for _ in 0..<3 {
      values = Self.transposed(Self.smoothedRows(values, size, reach), size)
      values = Self.transposed(
        Self.smoothedRows(values, Size(height: size.width, width: size.height), reach),
        Size(height: size.width, width: size.height))
    }
    return AlphaMatte(size: size, values: values)
  }

  /// The pixels on each side of a box filter for a feather of the radius.
  private static func reach(of radius: Double) -> Int { Int((radius * 0.7).rounded(.up)) }

  /// The standard deviation of a feather of the radius, in pixels.
  package static func featherDeviation(of radius: Double) -> Double {
    let width = Double(2 * reach(of: radius) + 1)
    return ((width * width - 1) / 4).squareRoot()
  }

  /// The mean of each value and its `reach` neighbours on both sides, by running sums; the border is repeated.
  private static func smoothedRows(_ values: [UInt16], _ size: Size, _ reach: Int) -> [UInt16] {
    let (width, count) = (size.width, UInt64(2 * reach + 1))
    return [UInt16](unsafeUninitializedCapacity: values.count) { result, initialized in
      nonisolated(unsafe) let result = result
      inParallel(size.height) { y in
        let row = y * width
        func value(_ x: Int) -> UInt64 { UInt64(values[row + min(width - 1, max(0, x))]) }
        var sum = (-reach...reach).reduce(UInt64(0)) { $0 + value($1) }
        for x in 0..<width {
          result.initializeElement(at: row + x, to: UInt16((sum + count / 2) / count))
          sum += value(x + reach + 1)
          sum -= value(x - reach)
        }
      }
      initialized = values.count
    }
  }

  /// The transpose, `[width, height]` of `[height, width]`.
  private static func transposed(_ values: [UInt16], _ size: Size) -> [UInt16] {
    [UInt16](unsafeUninitializedCapacity: values.count) { result, initialized in
      nonisolated(unsafe) let result = result
      inParallel((size.width + 31) / 32) { block in
        for y in 0..<size.height {
          for x in block * 32..<min(size.width, block * 32 + 32) {
            result.initializeElement(at: x * size.height + y, to: values[y * size.width + x])
          }
        }
      }
      initialized = values.count
    }
  }

  /// The smallest rectangle with all values above `threshold`, 0 … 1; nil if there are none.
  public func bounds(above threshold: Double = 0.05) -> PixelBox? {
    let limit = UInt16(min(1, max(0, threshold)) * Double(Self.opaque))
    var (left, right, top, bottom) = (size.width, -1, size.height, -1)
    values.withUnsafeBufferPointer { values in
      for y in 0..<size.height {
        let row = values[y * size.width..<(y + 1) * size.width]
        guard let first = row.firstIndex(where: { $0 > limit }), let last = row.lastIndex(where: { $0 > limit }) else {
          continue
        }
        left = min(left, first - row.startIndex)
        right = max(right, last - row.startIndex)
        top = min(top, y)
        bottom = y
      }
    }
    return right < 0 ? nil : PixelBox(columns: left..<right + 1, rows: top..<bottom + 1)
  }
}
