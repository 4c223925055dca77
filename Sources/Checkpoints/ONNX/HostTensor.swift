/// A small constant tensor, computed while a graph is imported: the sizes that exporters leave to be computed at run
/// time.
struct HostTensor: Hashable {
  /// The most elements. Computations of sizes need fewer; larger tensors are weights, which are never computed with.
  static let largestCount = 1024

  /// Integers, which are exact, or floating-point numbers.
  enum Values: Hashable {
    case integers([Int])
    case floats([Double])
  }

  /// The extents; empty for a scalar.
  let shape: [Int]
  /// The values, row-major.
  let values: Values

  /// - Throws: `FormatError` if the number of values is not the shape's.
  init(shape: [Int], values: Values) throws {
    self.shape = shape
    self.values = values
    guard checkedElementCount(shape) == count, count <= Self.largestCount else {
      throw FormatError.damaged("a constant of shape \(shape) has \(count) values")
    }
  }

  /// The number of values.
  var count: Int {
    switch values {
    case .integers(let values): values.count
    case .floats(let values): values.count
    }
  }

  /// The values as integers.
  ///
  /// - Parameter what: what the error calls the tensor.
  /// - Throws: `FormatError` if they are not integers.
  func integers(_ what: String) throws -> [Int] {
    guard case .integers(let values) = values else { throw FormatError.unsupported("\(what) is not made of integers") }
    return values
  }

  /// The values as floating-point numbers.
  var floats: [Double] {
    switch values {
    case .integers(let values): values.map(Double.init)
    case .floats(let values): values
    }
  }
}
