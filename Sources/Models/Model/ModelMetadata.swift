package import Pictures
package import Networks
package import Tensors

/// The metadata of a safetensors file that describes its model: `input_size`, `mean`, `std`, `divide_by`, `task`,
/// `classes` and `maps`. Missing entries follow from the name of the model or from its architecture.
package struct ModelMetadata {
  let entries: [String: String]
  let file: String

  package init(_ entries: [String: String], file: String) {
    self.entries = entries
    self.file = file
  }

  /// `input_size`: the side of the input, in pixels; nil if it is missing.
  package func inputSize() throws(Failure) -> Size? {
    guard let text = entries["input_size"] else { return nil }
    let range = Model.sizeRange
    guard let side = Int(text), range.contains(side) else {
      throw damaged("input_size", text, "a number of pixels from \(range.lowerBound) to \(range.upperBound)")
    }
    return Size(height: side, width: side)
  }

  /// A profile with every entry of the metadata, and the rest as in `known`.
  package func profile(for known: ModelProfile) throws(Failure) -> ModelProfile {
    var profile = known
    profile.inputSize = try inputSize() ?? profile.inputSize
    profile.normalization = try normalization(otherwise: profile.normalization)
    if let text = entries["task"] {
      guard let task = ModelTask(rawValue: text) else {
        throw damaged("task", text, ModelTask.allCases.map(\.rawValue).joined(separator: ", "))
      }
      profile.task = task
    }
    if let text = entries["classes"] {
      profile.classes = text.split(separator: ",").map { String($0.prefix(64)) }
    }
    return profile
  }

  /// `maps`: whether the network ends in a sigmoid; nil if the entry is missing.
  package func form() throws(Failure) -> OutputActivation? {
    guard let text = entries["maps"] else { return nil }
    guard let form = OutputActivation(rawValue: text) else { throw damaged("maps", text, "probabilities or logits") }
    return form
  }

  /// `mean`, `std` and `divide_by`, each as in `known` if it is missing.
  package func normalization(otherwise known: Normalization = .imageNet) throws(Failure) -> Normalization {
    var normalization = known
    if entries["mean"] != nil { normalization.mean = try triple("mean") }
    if entries["std"] != nil {
      normalization.standardDeviation = try triple("std")
      guard normalization.standardDeviation.allSatisfy({ $0 > 0 }) else {
        throw damaged("std", entries["std"] ?? "", "three positive numbers")
      }
    }
    switch entries["divide_by"] {
    case nil: break
    case "max": normalization.scaling = .maximum
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
  /// The sides of an input that are accepted, in pixels.
  package static let sizeRange = 1...8192

  /// The size of the input: a square with this side, or the model's own size if `side` is nil.
  ///
  /// - Throws: `Failure` if the size is not in `sizeRange`.
  package func inputSize(side: Int?) throws(Failure) -> Size {
    if let side { return try Self.square(side) }
    try Self.check(inputSize, .model)
    return inputSize
  }

  /// A square input.
  ///
  /// - Parameter side: the number of rows and of columns.
  /// - Throws: `Failure` if the side is not in `sizeRange`.
  package static func square(_ side: Int) throws(Failure) -> Size {
    let size = Size(height: side, width: side)
    try check(size, .usage)
    return size
  }

  private static func check(_ size: Size, _ kind: Failure.Kind) throws(Failure) {
    guard sizeRange.contains(size.height), sizeRange.contains(size.width) else {
      throw Failure(kind, "an input of \(size) pixels is not possible", remedy: .chooseInputSize(sizeRange))
    }
  }
}
