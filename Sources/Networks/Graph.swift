public import Tensors

/// One operation of a graph with its place in it.
public struct Node: Hashable, Sendable {
  /// A node's index in its graph.
  public typealias ID = Int

  /// The index in `Graph.nodes`.
  public let id: ID
  /// The field's or the file's name for it, such as `stage1.rebnconvin.conv_s1`.
  public let name: String
  /// The block it belongs to, such as `stage1` or `fusion`: the unit that is recorded and profiled.
  public let block: String
  /// What it does.
  public let operation: Operation
  /// The nodes whose outputs it takes, all before it.
  public let inputs: [ID]
  /// The shape of its output.
  public let shape: Shape
}

/// A network for one input shape: operations in an order in which they can run. Made by a `GraphBuilder`.
public struct Graph: Hashable, Sendable {
  /// One result of a graph.
  public struct Output: Hashable, Sendable {
    /// Such as `d0`.
    public let name: String
    /// The node whose output it is.
    public let node: Node.ID
  }

  /// Every node, each after its inputs.
  public internal(set) var nodes: [Node] = []
  /// The one node that is fed.
  public internal(set) var input: Node.ID = 0
  /// The results, in the network's order.
  public internal(set) var outputs: [Output] = []

  /// The shape that must be fed.
  public var inputShape: Shape { nodes[input].shape }

  /// The shapes of the outputs, in order.
  public var outputShapes: [Shape] { outputs.map { nodes[$0.node].shape } }

  /// The names of the blocks, in the order of their first node.
  public var blocks: [String] {
    var seen = Set<String>()
    return nodes.map(\.block).filter { seen.insert($0).inserted }
  }

  /// How many multiply-accumulates the convolutions of one pass take.
  public var multiplyAccumulates: Int {
    nodes.reduce(0) { sum, node in
      guard case .convolution(let convolution) = node.operation else { return sum }
      let inChannels = nodes[node.inputs[0]].shape.channels
      return sum + node.shape.elementCount * inChannels * convolution.kernel * convolution.kernel
    }
  }
}

extension Graph {
  /// Every tensor that the nodes name, with the shape it must have, in the order of their first use.
  public var parameters: [Parameter] {
    var seen = Set<String>()
    return nodes.flatMap(parameters(of:)).filter { seen.insert($0.name).inserted }
  }

  /// The tensors that one node names.
  public func parameters(of node: Node) -> [Parameter] {
    node.operation.parameters(for: node.inputs.map { nodes[$0].shape })
  }

  /// Checks that `source` holds every tensor this graph needs, in its shape.
  ///
  /// - Throws: `ParameterError` naming the first tensor that does not fit.
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

  /// One of this graph's tensors, checked for its shape and for NaN and infinity.
  ///
  /// - Throws: `ParameterError`, or what reading the tensor threw.
  public func tensor(_ parameter: Parameter, from source: some ParameterSource) throws -> Tensor {
    try parameter.tensor(from: source)
  }
}
