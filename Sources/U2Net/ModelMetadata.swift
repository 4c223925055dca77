import Images
import Tensors

/// What a safetensors file says of its own model: `input_size`, `mean`, `std`, `divide_by`. What it does not say is as
/// the authors do it.
struct ModelMetadata {
  let entries: [String: String]
  let file: String

  init(_ entries: [String: String], file: String) {
    self.entries = entries
    self.file = file
  }

  /// `input_size`: one number, or nil.
  func inputSize() throws(Failure) -> Size? {
    guard let text = entries["input_size"] else { return nil }
    guard let side = Int(text), Model.sizeRange.contains(side) else {
      throw damaged("input_size", text, "a number of pixels in \(Model.sizeRange)")
    }
    return Size(height: side, width: side)
  }

  /// `mean`, `std` and `divide_by`.
  func normalization() throws(Failure) -> Normalization {
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
}
