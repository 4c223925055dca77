/// Float32 values on the host, row-major, with their shape.
public struct Tensor: Sendable, Equatable {
  /// The extents.
  public let shape: Shape
  /// `shape.elementCount` values, the last axis fastest.
  public var values: [Float]

  /// A tensor of the given values; their number must be the shape's.
  public init(shape: Shape, values: [Float]) {
    precondition(values.count == shape.elementCount, "\(values.count) values do not fill \(shape)")
    self.shape = shape
    self.values = values
  }

  /// A tensor filled with one value.
  public init(shape: Shape, repeating value: Float) {
    self.init(shape: shape, values: Array(repeating: value, count: shape.elementCount))
  }

  /// A tensor written in place by `initialize`, which must set every element.
  public init(shape: Shape, initializingWith initialize: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    let count = shape.elementCount
    self.shape = shape
    self.values = try Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      try initialize(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }

  /// The index of the first value that is NaN or infinite.
  public var firstNonFiniteIndex: Int? {
    let exponent: UInt32 = 0x7F80_0000
    return values.withUnsafeBufferPointer { values in
      // Stretches are looked through to their ends, which the compiler does in vectors.
      for start in stride(from: 0, to: values.count, by: 4096) {
        let stretch = values[start..<min(values.count, start + 4096)]
        var isFinite = true
        for value in stretch { isFinite = (value.bitPattern & exponent != exponent) && isFinite }
        if !isFinite { return stretch.firstIndex { !$0.isFinite } }
      }
      return nil
    }
  }
}
