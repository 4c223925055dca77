import Networks

/// Which of a network's maps are computed; what only the others need is not.
public enum MapSelection: String, Sendable, Hashable, Codable, CaseIterable {
  /// The first, `d0`: the saliency map, which is what a mask is made of.
  case saliency
  /// Every one: `d0` and the side outputs `d1` … `d6`.
  case all

  /// What computes these maps of a graph.
  func applied(to graph: Graph) -> Graph {
    switch self {
    case .saliency: graph.selecting(outputs: Array(graph.outputs.indices.prefix(1)))
    case .all: graph
    }
  }
}
