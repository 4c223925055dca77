public import Networks
public import Tensors

/// Runs a graph on the CPU with one plain loop nest for each operation. All other executors are compared with this one.
///
/// It computes in float32 without fusing, folding or approximating anything. It aims at exactness rather than speed,
/// although it uses all cores.
public struct ReferenceExecutor: Sendable {
  /// The graph.
  public let graph: Graph
  private let parameters: ParameterDictionary
  /// For every node the last node that takes its output; nil if the node is an output of the graph or nothing takes it.
  private let lastUses: [Node.ID?]

  /// An executor of a graph, whose weights are read once, now.
  ///
  /// - Throws: `ParameterError` if a tensor is missing, has another shape, or contains NaN or infinity.
  public init(graph: Graph, parameters: some ParameterSource) throws {
    self.graph = graph
    try graph.validate(parameters)
    var loaded: [String: Tensor] = [:]
    for parameter in graph.parameters {
      loaded[parameter.name] = try graph.tensor(parameter, from: parameters)
    }
    self.parameters = ParameterDictionary(loaded)
    lastUses = graph.lastUses
  }

  /// The graph's outputs for one input, in the order of `graph.outputs`.
  ///
  /// - Throws: `InputShapeError` if the input does not have the shape that the graph was built for.
  public func run(_ input: Tensor) throws -> [Tensor] { try run(input) { _, tensor in tensor } }

  /// The graph's outputs if activations are stored in another form before they are read.
  ///
  /// - Parameter stored: returns what is read back of a node's result, including the input.
  /// - Throws: `InputShapeError` if the input does not have the shape that the graph was built for.
  package func run(_ input: Tensor, stored: (Node.ID, Tensor) -> Tensor) throws -> [Tensor] {
    guard input.shape == graph.inputShape else {
      throw InputShapeError(expected: graph.inputShape, given: input.shape)
    }
    var activations: [Tensor?] = Array(repeating: nil, count: graph.nodes.count)
    activations[graph.input] = stored(graph.input, input)
    for node in graph.nodes where node.id != graph.input {
      let inputs = node.inputs.compactMap { activations[$0] }
      let result = try Self.apply(node.operation, to: inputs, parameters: parameters)
      activations[node.id] = stored(node.id, result)
      for id in node.inputs where lastUses[id] == node.id { activations[id] = nil }
    }
    return graph.outputs.compactMap { activations[$0.node] }
  }
}

extension Graph {
  fileprivate var lastUses: [Node.ID?] {
    var uses: [Node.ID?] = Array(repeating: nil, count: nodes.count)
    for node in nodes {
      for id in node.inputs { uses[id] = node.id }
    }
    for output in outputs { uses[output.node] = nil }
    return uses
  }
}
