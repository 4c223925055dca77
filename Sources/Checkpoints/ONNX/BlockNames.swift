import Networks

/// Divides an imported graph into the blocks that are recorded and profiled.
///
/// Where the nodes carry scopes (`/stage1/rebnconvin/conv_s1/Conv`) a block is the first of them; otherwise a block
/// ends with each residual add. What leads to a block's first convolution, such as a max pool, belongs to it.
enum BlockNames {
  private static let fusion = "fusion"
  private static let stages = (1...6).map { "stage\($0)" } + (1...5).reversed().map { "stage\($0)d" }

  static func applied(to graph: Graph) throws -> Graph {
    let names = scoped(graph) ?? byResiduals(graph)
    // A graph's nodes are in order already: adding them again under their blocks cannot change an index.
    var builder = try GraphBuilder(input: graph.inputShape, name: graph.nodes[graph.input].name)
    for node in graph.nodes.dropFirst() {
      builder.begin(block: names[node.id])
      _ = try builder.add(node.operation, to: node.inputs, name: node.name)
    }
    return builder.finish(outputs: graph.outputs.map { ($0.name, $0.node) })
  }

  /// A name for each node; nil where the convolutions' names have no scopes.
  private static func scoped(_ graph: Graph) -> [String]? {
    let convolutions = graph.nodes.filter(isConvolution)
    guard !convolutions.isEmpty, convolutions.allSatisfy({ scope($0.name) != nil }) else { return nil }
    let known = Set(convolutions.compactMap { scope($0.name) })
    var next = fusion
    return graph.nodes.reversed().map { node in
      if let own = scope(node.name), known.contains(own) {
        if isConvolution(node) { next = own }
        return own
      }
      return next
    }.reversed()
  }

  private static func isConvolution(_ node: Node) -> Bool {
    if case .convolution = node.operation { true } else { false }
  }

  /// `stage1` of `/stage1/rebnconvin/conv_s1/Conv`; the side outputs and their fusion are one block.
  private static func scope(_ name: String) -> String? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: true)
    guard name.hasPrefix("/"), parts.count >= 2 else { return nil }
    let first = String(parts[0])
    return first.hasPrefix("side") || first == "outconv" ? fusion : first
  }

  private static func byResiduals(_ graph: Graph) -> [String] {
    let adds = graph.nodes.count { $0.operation == .add }
    let names = adds == stages.count ? stages : (1...max(adds, 1)).map { "block\($0)" }
    var finished = 0
    return graph.nodes.map { node in
      defer { finished += node.operation == .add ? 1 : 0 }
      return finished < names.count ? names[finished] : fusion
    }
  }
}
