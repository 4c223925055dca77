public import Tensors

/// What the values of a network's maps are.
public enum OutputActivation: String, Hashable, Sendable {
  /// Behind a sigmoid, in 0 … 1.
  case probabilities
  /// Without it: what a network of several classes is trained by.
  case logits
}

/// A network that is known: its tensors have the official names.
public protocol NetworkTable: Network, Hashable {
  /// Channels of every map: 1 for saliency.
  var outChannels: Int { get }
  /// Whether batch norms are part of the weights; false where they are folded into the convolutions already.
  var batchNorm: Bool { get set }
  /// Whether a sigmoid ends each map.
  var form: OutputActivation { get set }

  /// The table that a checkpoint with the official names was made for, read off the names and shapes of its tensors.
  ///
  /// - Returns: nil where the names are another network's. Whether every tensor is there in its shape is
  ///   `Graph.validate`'s to say.
  static func recognize(_ source: some ParameterSource) -> Self?
}
