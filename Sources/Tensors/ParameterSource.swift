/// A source of a network's weights: float32 tensors by name.
///
/// A source need not hold its tensors in memory: a checkpoint reads each from its mapped file when it is needed.
public protocol ParameterSource: Sendable {
  /// The names of all tensors, sorted.
  var names: [String] { get }

  /// The shape of a tensor; nil if there is none of that name.
  func shape(of name: String) -> Shape?

  /// The tensor with a name, converted to float32.
  ///
  /// - Throws: `MissingParameter` if there is none; the error of reading the tensor.
  func tensor(named name: String) throws -> Tensor
}

/// A source does not have a tensor.
public struct MissingParameter: Error, CustomStringConvertible, Sendable {
  /// The name of the tensor.
  public let name: String

  /// An error for the tensor `name`.
  public init(name: String) { self.name = name }

  /// One line with the name.
  public var description: String { "there is no tensor named '\(name)'" }
}

/// Tensors held in memory.
public struct ParameterDictionary: ParameterSource {
  private let tensors: [String: Tensor]

  /// A source of tensors by their names.
  public init(_ tensors: [String: Tensor]) { self.tensors = tensors }

  /// The names of all tensors, sorted.
  public var names: [String] { tensors.keys.sorted() }

  /// The shape of a tensor; nil if there is none of that name.
  public func shape(of name: String) -> Shape? { tensors[name]?.shape }

  /// The tensor with a name.
  ///
  /// - Throws: `MissingParameter`.
  public func tensor(named name: String) throws -> Tensor {
    guard let tensor = tensors[name] else { throw MissingParameter(name: name) }
    return tensor
  }
}
