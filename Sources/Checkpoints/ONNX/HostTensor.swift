/// A small tensor of numbers that exist while a graph is imported: the sizes that exporters compute at run time.
struct HostTensor: Hashable {
  /// More elements than any computation of sizes needs; whatever is larger is weights and is never evaluated.
  static let largestCount = 1024

  /// Exact integers, or floating-point numbers.
  enum Values: Hashable {
    case integers([Int])
    case floats([Double])
  }

  /// The extents; empty for a scalar.
  let shape: [Int]
  /// Row-major.
  let values: Values

  /// - Throws: `FormatError` where the number of values is not the shape's.
  init(shape: [Int], values: Values) throws {
    self.shape = shape
    self.values = values
    guard checkedElementCount(shape) == count, count <= Self.largestCount else {
      throw FormatError.damaged("a constant of shape \(shape) has \(count) values")
    }
  }

  /// How many values there are.
  var count: Int {
    switch values {
    case .integers(let values): values.count
    case .floats(let values): values.count
    }
  }

  /// The values, where they are integers.
  ///
  /// - Throws: `FormatError` where they are not.
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
