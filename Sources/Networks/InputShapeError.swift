public import Tensors

/// What was fed to an executor does not fit the graph that it runs.
public struct InputShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the graph takes.
  public let expected: Shape
  /// What was given.
  public let given: Shape

  /// An input of shape `given` where `expected` is needed.
  public init(expected: Shape, given: Shape) {
    self.expected = expected
    self.given = given
  }

  /// Both shapes, in words.
  public var description: String { "the input has shape \(given), the graph was built for \(expected)" }
}
