extension Graph {
  /// The graph that computes only some of the outputs.
  ///
  /// Nodes keep their names, blocks and order. The input stays even if nothing reads it.
  /// - Parameter kept: indices in `outputs`, in the order of the new graph's outputs.
  public func selecting(outputs kept: [Int]) -> Graph {
    var isNeeded = [Bool](repeating: false, count: nodes.count)
    isNeeded[input] = true
    for index in kept { isNeeded[outputs[index].node] = true }
    for node in nodes.reversed() where isNeeded[node.id] {
      for input in node.inputs { isNeeded[input] = true }
    }
    var graph = Graph()
    var places = [Node.ID](repeating: 0, count: nodes.count)
    for node in nodes where isNeeded[node.id] {
      places[node.id] = graph.nodes.count
      graph.nodes.append(
        Node(
          id: graph.nodes.count, name: node.name, block: node.block, operation: node.operation,
          inputs: node.inputs.map { places[$0] }, shape: node.shape))
    }
    graph.input = places[input]
    graph.outputs = kept.map { Output(name: outputs[$0].name, node: places[outputs[$0].node]) }
    return graph
  }
}
