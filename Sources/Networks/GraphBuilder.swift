public import Tensors

/// A node could not be added to a graph.
public struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node's name.
  public let node: String
  /// What is wrong with the node.
  public let reason: String

  /// An error at a node.
  public init(node: String, reason: String) {
    self.node = node
    self.reason = reason
  }

  /// One line with the node and the reason.
  public var description: String { "node '\(node)': \(reason)" }
}

/// Builds a graph node by node and infers shapes on the way.
public struct GraphBuilder {
  private var graph = Graph()
  private var block: String

  /// A builder of a graph with an input node.
  ///
  /// - Throws: `GraphError` if the shape is not `[batch, channels, height, width]` or is empty.
  public init(input shape: Shape, name: String = "input") throws {
    guard shape.rank == 4, shape.elementCount > 0 else {
      throw GraphError(node: name, reason: "\(shape) is not [batch, channels, height, width]")
    }
    block = "input"
    graph.input = try add(.input(shape), to: [], name: name)
  }

  /// The input node.
  public var input: Node.ID { graph.input }

  /// The shape of a node's output.
  public func shape(of node: Node.ID) -> Shape { graph.nodes[node].shape }

  /// Begins a block; nodes that are added from now on belong to it.
  public mutating func begin(block name: String) { block = name }

  /// Adds an operation.
  ///
  /// - Throws: `GraphError` if the inputs do not fit.
  public mutating func add(_ operation: Operation, to inputs: [Node.ID], name: String) throws -> Node.ID {
    do {
      let shape = try operation.outputShape(of: inputs.map(shape(of:)))
      let id = graph.nodes.count
      graph.nodes.append(
        Node(id: id, name: name, block: block, operation: operation, inputs: inputs, shape: shape))
      return id
    } catch let error as ShapeError {
      throw GraphError(node: name, reason: error.description)
    }
  }

  /// The finished graph.
  public consuming func finish(outputs: [(name: String, node: Node.ID)]) -> Graph {
    graph.outputs = outputs.map { Graph.Output(name: $0.name, node: $0.node) }
    return graph
  }
}
