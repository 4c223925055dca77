public import Tensors

/// A network that has a graph for every input shape.
public protocol Network: Sendable {
  /// A name for reports, such as `u2netp`.
  var name: String { get }

  /// The graph for an input of this shape, `[batch, 3, height, width]`.
  ///
  /// - Throws: `GraphError` if the network cannot take the shape.
  func graph(for input: Shape) throws -> Graph
}

/// The meaning of a network's map values.
public enum OutputActivation: String, Hashable, Sendable {
  /// Probabilities in 0 … 1, after a sigmoid.
  case probabilities
  /// Values before the sigmoid, or before the softmax of a network with several classes.
  case logits
}

/// A known network, whose tensors have the official names.
public protocol NetworkTable: Network, Hashable {
  /// The channels of every map: 1 for saliency.
  var outChannels: Int { get }
  /// Whether the network has batch norms; false if they are folded into the convolutions.
  var batchNorm: Bool { get set }
  /// Whether the maps are probabilities or logits.
  var form: OutputActivation { get set }

  /// The network of a checkpoint, recognised by the names and shapes of its tensors.
  ///
  /// - Returns: nil if the names are those of another network. Use `Graph.validate` to check that no tensor is missing.
  static func recognize(_ source: some ParameterSource) -> Self?
}
