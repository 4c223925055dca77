/// A row-major float32 array on the host, with its shape.
public struct Tensor: Sendable, Equatable {
  /// The extents.
  public let shape: Shape
  /// The `shape.elementCount` values; the last axis varies fastest.
  public var values: [Float]

  /// A tensor of the given values, whose number must fit the shape.
  public init(shape: Shape, values: [Float]) {
    precondition(values.count == shape.elementCount, "\(values.count) values do not fill \(shape)")
    self.shape = shape
    self.values = values
  }

  /// A tensor filled with one value.
  public init(shape: Shape, repeating value: Float) {
    self.init(shape: shape, values: Array(repeating: value, count: shape.elementCount))
  }

  /// A tensor that `initialize` fills in place. It must set every element.
  public init(shape: Shape, initializingWith initialize: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    let count = shape.elementCount
    self.shape = shape
    self.values = try Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      try initialize(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }

  /// The index of the first value that is NaN or infinite; nil if all values are finite.
  public var firstNonFiniteIndex: Int? {
    let exponent: UInt32 = 0x7F80_0000
    return values.withUnsafeBufferPointer { values in
      // Checking whole stretches lets the compiler use vector instructions.
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
