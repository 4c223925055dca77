package import Images
package import Tensors

/// What a safetensors file says of its own model: `input_size`, `mean`, `std`, `divide_by`. What it does not say is as
/// the authors do it.
package struct ModelMetadata {
  let entries: [String: String]
  let file: String

  package init(_ entries: [String: String], file: String) {
    self.entries = entries
    self.file = file
  }

  /// `input_size`: one number, or nil.
  package func inputSize() throws(Failure) -> Size? {
    guard let text = entries["input_size"] else { return nil }
    let range = Model.sizeRange
    guard let side = Int(text), range.contains(side) else {
      throw damaged("input_size", text, "a number of pixels from \(range.lowerBound) to \(range.upperBound)")
    }
    return Size(height: side, width: side)
  }

  /// `mean`, `std` and `divide_by`.
  package func normalization() throws(Failure) -> Normalization {
    var normalization = Normalization.imageNet
    if entries["mean"] != nil { normalization.mean = try triple("mean") }
    if entries["std"] != nil {
      normalization.standardDeviation = try triple("std")
      guard normalization.standardDeviation.allSatisfy({ $0 > 0 }) else {
        throw damaged("std", entries["std"] ?? "", "three positive numbers")
      }
    }
    switch entries["divide_by"] {
    case nil, "max": normalization.scaling = .maximum
    case "255": normalization.scaling = .full
    case .some(let text): throw damaged("divide_by", text, "max or 255")
    }
    return normalization
  }

  private func triple(_ key: String) throws(Failure) -> [Float] {
    let text = entries[key] ?? ""
    let numbers = text.split(separator: ",").compactMap { Float($0.filter { $0 != " " }) }
    guard numbers.count == 3, numbers.allSatisfy(\.isFinite) else { throw damaged(key, text, "three numbers") }
    return numbers
  }

  private func damaged(_ key: String, _ text: String, _ expected: String) -> Failure {
    Failure(.model, "\(file): its metadata says \(key) = '\(text.prefix(40))', which is not \(expected)")
  }
}

extension Model {
  /// Sides of an input that are taken, in pixels.
  public static let sizeRange = 1...8192

  /// The size of the input: a square of `side`, or the model's own.
  ///
  /// - Throws: `Failure` where it is out of `sizeRange`.
  func inputSize(side: Int?) throws(Failure) -> Size {
    let size = side.map { Size(height: $0, width: $0) } ?? inputSize
    let range = Self.sizeRange
    guard range.contains(size.height), range.contains(size.width) else {
      throw Failure(
        side == nil ? .model : .usage,
        "an input of \(size) pixels is not possible; give a --size from \(range.lowerBound) to \(range.upperBound)")
    }
    return size
  }
}
