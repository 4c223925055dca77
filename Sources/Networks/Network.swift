public import Tensors

/// Something that becomes a `Graph` once the shape of its input is known.
public protocol Network: Sendable {
  /// A name for reports, such as `u2netp`.
  var name: String { get }

  /// The operations for an input of this shape, `[batch, 3, height, width]`.
  ///
  /// - Throws: `GraphError` where the network cannot take that shape.
  func graph(for input: Shape) throws -> Graph
}
