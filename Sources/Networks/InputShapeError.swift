public import Tensors

/// An input does not have the shape that the graph was built for.
public struct InputShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The shape that the graph takes.
  public let expected: Shape
  /// The shape of the input.
  public let given: Shape

  /// An error for an input of shape `given`.
  public init(expected: Shape, given: Shape) {
    self.expected = expected
    self.given = given
  }

  /// One line with both shapes.
  public var description: String { "the input has shape \(given), the graph was built for \(expected)" }
}
