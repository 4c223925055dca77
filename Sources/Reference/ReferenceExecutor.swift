public import Networks
public import Tensors

/// Runs a graph on the CPU, one plain loop nest per operation: what every other executor is compared with.
///
/// Nothing is fused, folded or approximated; float32 throughout. It is exact rather than fast, though it uses all
/// cores.
public struct ReferenceExecutor: Sendable {
  /// What is run.
  public let graph: Graph
  private let parameters: ParameterDictionary
  /// For every node the last node that takes its output; nil where it is an output of the graph or nobody takes it.
  private let lastUses: [Node.ID?]

  /// An executor of `graph` with the weights it names, which are read here, once.
  ///
  /// - Throws: `ParameterError` where a tensor is missing, has another shape, or holds NaN or infinity.
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
  /// - Throws: `InputShapeError` where the input has not the shape that the graph was built for.
  public func run(_ input: Tensor) throws -> [Tensor] { try run(input) { _, tensor in tensor } }

  /// The graph's outputs where every activation is stored in some other form before it is read.
  ///
  /// - Parameter stored: what is read back of a node's result, the input's included.
  /// - Throws: `InputShapeError` where the input has not the shape that the graph was built for.
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
