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

/// A tensor that a graph needs, by name.
public struct Parameter: Hashable, Sendable {
  /// The name in the checkpoint.
  public let name: String
  /// The shape it must have.
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
    switch node.operation {
    case .convolution(let convolution):
      let weight = Parameter(
        name: convolution.weight, shape: convolution.weightShape(inChannels: nodes[node.inputs[0]].shape.channels))
      return [weight] + (convolution.bias.map { [Parameter(name: $0, shape: [convolution.outChannels])] } ?? [])
    case .batchNorm(let norm):
      return norm.names.map { Parameter(name: $0, shape: [node.shape.channels]) }
    case .input, .relu, .sigmoid, .maxPool, .upsample, .concat, .add:
      return []
    }
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
  public func tensor(_ parameter: Parameter, from source: some ParameterSource) throws -> Tensor {
    let tensor = try source.tensor(named: parameter.name)
    guard tensor.shape == parameter.shape else {
      throw ParameterError.wrongShape(parameter, found: tensor.shape)
    }
    if let index = tensor.firstNonFiniteIndex {
      throw ParameterError.notFinite(parameter, index: index, value: tensor.values[index])
    }
    return tensor
  }
}

/// A checkpoint does not fit a network.
public enum ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no tensor of that name.
  case missing(Parameter)
  /// The tensor has another shape.
  case wrongShape(Parameter, found: Shape)
  /// The tensor holds NaN or infinity.
  case notFinite(Parameter, index: Int, value: Float)

  public var description: String {
    switch self {
    case .missing(let parameter):
      "tensor '\(parameter.name)' is missing; the network needs it with shape \(parameter.shape)"
    case .wrongShape(let parameter, let found):
      "tensor '\(parameter.name)' has shape \(found), the network needs \(parameter.shape)"
    case .notFinite(let parameter, let index, let value):
      "tensor '\(parameter.name)' holds \(value) at element \(index); the weights are damaged"
    }
  }
}
