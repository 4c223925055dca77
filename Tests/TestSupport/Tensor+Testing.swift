public import Tensors

extension Tensor {
  /// Uniform values in −1 … 1.
  public static func random(_ shape: Shape, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(
      shape: shape, values: (0..<shape.elementCount).map { _ in Float.random(in: -1...1, using: &generator) })
  }

  /// The largest absolute difference to another tensor of the same shape; infinite if either holds NaN.
  public func maxAbsoluteDifference(to other: Tensor) -> Float {
    precondition(shape == other.shape, "\(shape) against \(other.shape)")
    return zip(values, other.values).reduce(0) { worst, pair in
      let difference = abs(pair.0 - pair.1)
      return difference.isNaN ? .infinity : max(worst, difference)
    }
  }

  /// The mean absolute difference to another tensor of the same shape.
  public func meanAbsoluteDifference(to other: Tensor) -> Double {
    precondition(shape == other.shape, "\(shape) against \(other.shape)")
    return zip(values, other.values).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / Double(max(1, values.count))
  }

  /// A sentence with the shapes, the first wrong index and the largest difference; nil if this tensor agrees with
  /// `expected` within `tolerance`.
  public func mismatch(with expected: Tensor, within tolerance: Float) -> String? {
    guard shape == expected.shape else { return "shape \(shape), expected \(expected.shape)" }
    let bad = zip(values, expected.values).enumerated().first { !(abs($0.element.0 - $0.element.1) <= tolerance) }
    guard let bad else { return nil }
    var position: [Int] = []
    var rest = bad.offset
    for extent in shape.dimensions.reversed() {
      position.insert(rest % extent, at: 0)
      rest /= extent
    }
    return """
      at \(position) of \(shape): \(bad.element.0), expected \(bad.element.1) ± \(tolerance); \
      the largest difference is \(maxAbsoluteDifference(to: expected))
      """
  }
}
