import Networks

/// Divides an imported graph into blocks, which are recorded and profiled, and sorts the nodes by block.
///
/// If the nodes' names have scopes (`/stage1/rebnconvin/conv_s1/Conv`), the first scope names the block; the nodes
/// before a block's first convolution, such as a max pool, belong to that block. Otherwise a block is all nodes that
/// lead to a residual add and to no earlier one. The side outputs and the nodes behind the last add are the block
/// `fusion`.
enum BlockNames {
  private static let fusion = "fusion"
  private static let stages = (1...6).map { "stage\($0)" } + (1...5).reversed().map { "stage\($0)d" }

  /// The graph with its nodes sorted by block.
  static func applied(to graph: Graph) throws -> Graph {
    let names = scoped(graph) ?? byResiduals(graph)
    let order = grouped(graph, names)
    var builder = try GraphBuilder(input: graph.inputShape, name: graph.nodes[graph.input].name)
    var moved = [graph.input: builder.input]
    for node in order.lazy.map({ graph.nodes[$0] }) where node.id != graph.input {
      builder.begin(block: names[node.id])
      moved[node.id] = try builder.add(node.operation, to: node.inputs.compactMap { moved[$0] }, name: node.name)
    }
    return builder.finish(outputs: graph.outputs.compactMap { output in moved[output.node].map { (output.name, $0) } })
  }

  /// The nodes sorted by block, the fusion last, because some exporters put side outputs early. If two blocks depend on
  /// each other, the order stays that of the file.
  private static func grouped(_ graph: Graph, _ names: [String]) -> [Node.ID] {
    var rank = [fusion: Int.max]
    for name in names where rank[name] == nil { rank[name] = rank.count }
    let ranks = names.map { rank[$0] ?? 0 }
    let isForward = graph.nodes.allSatisfy { node in
      node.inputs.allSatisfy { ranks[$0] <= ranks[node.id] || $0 == graph.input }
    }
    return isForward ? graph.nodes.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) } : Array(graph.nodes.indices)
  }

  /// The block of each node, by scopes; nil if a convolution's name has none.
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

  /// The first scope: `stage1` of `/stage1/rebnconvin/conv_s1/Conv`. The side outputs and their fusion are one block.
  private static func scope(_ name: String) -> String? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: true)
    guard name.hasPrefix("/"), parts.count >= 2 else { return nil }
    let first = String(parts[0])
    return first.hasPrefix("side") || first == "outconv" ? fusion : first
  }

  /// The block of each node, by residual adds.
  private static func byResiduals(_ graph: Graph) -> [String] {
    let adds = graph.nodes.filter { $0.operation == .add }.map(\.id)
    let names = adds.count == stages.count ? stages : adds.indices.map { "block\($0 + 1)" }
    // The first residual add that each node leads to.
    var block = [Int](repeating: adds.count, count: graph.nodes.count)
    for (index, add) in adds.enumerated() { block[add] = index }
    for node in graph.nodes.reversed() {
      for input in node.inputs { block[input] = min(block[input], block[node.id]) }
    }
    return block.map { $0 < names.count ? names[$0] : fusion }
  }
}
