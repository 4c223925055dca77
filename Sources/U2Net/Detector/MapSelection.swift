import Networks

/// Which of a network's maps are computed. Operations that only the other maps need are left out.
public enum MapSelection: String, Sendable, Hashable, Codable, CaseIterable {
  /// The saliency map `d0` alone, which is all that a mask needs.
  case saliency
  /// Every map: `d0` and the side outputs `d1` … `d6`.
  case all

  /// The part of a graph that computes these maps.
  func applied(to graph: Graph) -> Graph {
    switch self {
    case .saliency: graph.selecting(outputs: Array(graph.outputs.indices.prefix(1)))
    case .all: graph
    }
  }
}
