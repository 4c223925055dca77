/// Where a network's weights come from: tensors by name, widened to float32 one at a time.
///
/// A source need not hold its tensors in memory: a checkpoint reads each from its mapped file when it is asked for.
public protocol ParameterSource: Sendable {
  /// Every name, sorted.
  var names: [String] { get }

  /// The shape of a tensor, or nil where there is none of that name.
  func shape(of name: String) -> Shape?

  /// The tensor of that name.
  ///
  /// - Throws: `MissingParameter` where there is none, or what reading it threw.
  func tensor(named name: String) throws -> Tensor
}

/// A tensor was asked for that the source does not hold.
public struct MissingParameter: Error, CustomStringConvertible, Sendable {
  /// The name that was asked for.
  public let name: String

  /// A failure to find `name`.
  public init(name: String) { self.name = name }

  /// The error in words, with the name.
  public var description: String { "there is no tensor named '\(name)'" }
}

/// Tensors held in memory.
public struct ParameterDictionary: ParameterSource {
  private let tensors: [String: Tensor]

  /// A source of these tensors.
  public init(_ tensors: [String: Tensor]) { self.tensors = tensors }

  /// The keys, sorted.
  public var names: [String] { tensors.keys.sorted() }

  /// The shape of a tensor, or nil where there is none of that name.
  public func shape(of name: String) -> Shape? { tensors[name]?.shape }

  /// The tensor of that name.
  ///
  /// - Throws: `MissingParameter`.
  public func tensor(named name: String) throws -> Tensor {
    guard let tensor = tensors[name] else { throw MissingParameter(name: name) }
    return tensor
  }
}
