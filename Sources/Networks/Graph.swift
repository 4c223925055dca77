public import Tensors

/// A node of a graph: an operation and its inputs.
public struct Node: Hashable, Sendable {
  /// A node's index in its graph.
  public typealias ID = Int

  /// The node's index in `Graph.nodes`.
  public let id: ID
  /// The node's name, such as `stage1.rebnconvin.conv_s1`.
  public let name: String
  /// The block of the network that the node belongs to, such as `stage1` or `fusion`: the unit of recording and
  /// profiling.
  public let block: String
  /// The operation.
  public let operation: Operation
  /// The nodes whose outputs the operation takes, all of them earlier nodes.
  public let inputs: [ID]
  /// The shape of the output.
  public let shape: Shape
}

/// A network for one input shape: operations in an order in which they can run. Use a `GraphBuilder` to make one.
public struct Graph: Hashable, Sendable {
  /// An output of a graph.
  public struct Output: Hashable, Sendable {
    /// The name, such as `d0`.
    public let name: String
    /// The node that computes the output.
    public let node: Node.ID
  }

  /// The nodes, each after its inputs.
  public internal(set) var nodes: [Node] = []
  /// The input node.
  public internal(set) var input: Node.ID = 0
  /// The outputs, in the network's order.
  public internal(set) var outputs: [Output] = []

  /// The shape of the input.
  public var inputShape: Shape { nodes[input].shape }

  /// The shapes of the outputs, in order.
  public var outputShapes: [Shape] { outputs.map { nodes[$0.node].shape } }

  /// The names of the blocks, in the order of their first nodes.
  public var blocks: [String] {
    var seen = Set<String>()
    return nodes.map(\.block).filter { seen.insert($0).inserted }
  }

  /// The number of multiply-accumulates of all convolutions.
  public var multiplyAccumulates: Int {
    nodes.reduce(0) { sum, node in
      guard case .convolution(let convolution) = node.operation else { return sum }
      let inChannels = nodes[node.inputs[0]].shape.channels
      return sum + node.shape.elementCount * inChannels * convolution.kernel * convolution.kernel
    }
  }
}

extension Graph {
  /// The parameters of all nodes, in the order of their first use.
  public var parameters: [Parameter] {
    var seen = Set<String>()
    return nodes.flatMap(parameters(of:)).filter { seen.insert($0.name).inserted }
  }

  /// The parameters of a node.
  public func parameters(of node: Node) -> [Parameter] {
    node.operation.parameters(for: node.inputs.map { nodes[$0].shape })
  }

  /// Checks that a source has all tensors that the graph needs, in the right shapes.
  ///
  /// - Throws: `ParameterError` with the first tensor that does not fit.
  public func validate(_ source: some ParameterSource) throws {
    for parameter in parameters {
      guard let found = source.shape(of: parameter.name) else {
        throw ParameterError.missing(parameter)
      }
      guard found == parameter.shape else {
        throw ParameterError.wrongShape(parameter, found: found)
      }
    }
  }

  /// A tensor of the graph, checked for its shape and for NaN and infinity.
  ///
  /// - Throws: `ParameterError`, or the error of reading the tensor.
  public func tensor(_ parameter: Parameter, from source: some ParameterSource) throws -> Tensor {
    try parameter.tensor(from: source)
  }
}
