import Networks
import Tensors

/// Converts the nodes of a model, in their order, to a graph for one input shape.
///
/// Nodes that no output needs are left out. Sizes are computed during the import: a value is an activation (a node of
/// the graph), a weight (a name), or a small constant.
struct ONNXImporter {
  /// The value of a name in the file.
  enum Value {
    case activation(Node.ID)
    case weight(String)
    case constant(HostTensor)
  }

  /// The most elements of an activation.
  private static let largestActivation = 1 << 32
  /// The most nodes; networks that this program can run have fewer.
  private static let mostNodes = 100_000

  let model: ONNXModel
  var builder: GraphBuilder
  private var values: [String: Value] = [:]

  init(_ model: ONNXModel, input: Shape) throws {
    self.model = model
    if let channels = model.inputChannels, input.rank == 4, input.channels != channels {
      throw CheckpointError(
        .unsupported, file: model.file.name, place: "input '\(model.input)'",
        reason: "it takes \(channels) channels, not \(input)")
    }
    do {
      builder = try GraphBuilder(input: input, name: model.input)
    } catch let error as GraphError {
      throw CheckpointError(.unsupported, file: model.file.name, reason: error.description)
    }
    values[model.input] = .activation(builder.input)
  }

  /// The graph of the model.
  ///
  /// - Throws: `CheckpointError` naming the node.
  mutating func graph() throws -> Graph {
    let needed = neededNodes()
    guard needed.count <= Self.mostNodes else {
      throw CheckpointError(
        .unsupported, file: model.file.name, reason: "has \(needed.count) nodes; the limit is \(Self.mostNodes)")
    }
    for index in needed { try add(model.nodes[index]) }
    let nodes = try model.outputs.map { name in
      guard case .activation(let node)? = values[name] else {
        throw CheckpointError(
          .damaged, file: model.file.name, place: "output '\(name)'",
          reason: "no node computes it; export the model again")
      }
      return node
    }
    return try BlockNames.applied(to: builder.finish(outputs: outputs(nodes)))
  }

  /// The outputs with their names: d0 to d6 if there are seven sigmoid maps, as of U²-Net, and else the file's names.
  private func outputs(_ nodes: [Node.ID]) -> [(name: String, node: Node.ID)] {
    let areU2Net = nodes.count == 7 && nodes.allSatisfy { sigmoids.contains($0) }
    return zip(model.outputs, nodes).enumerated().map { index, output in
      (areU2Net ? "d\(index)" : output.0, output.1)
    }
  }

  private var sigmoids: Set<Node.ID> = []

  /// The indices of the nodes that the outputs need, in the file's order.
  private func neededNodes() -> [Int] {
    var maker: [String: Int] = [:]
    for (index, node) in model.nodes.enumerated() {
      for output in node.output where !output.isEmpty { maker[output] = index }
    }
    var needed = Set<Int>()
    var pending = model.outputs
    while let name = pending.popLast() {
      guard let index = maker[name], needed.insert(index).inserted else { continue }
      pending.append(contentsOf: model.nodes[index].input)
    }
    return needed.sorted()
  }

  private mutating func add(_ node: ProtoOperator) throws {
    let place = "node '\(node.label)' (\(node.opType))"
    do {
      guard node.domain.isEmpty || node.domain == "ai.onnx" else {
        throw FormatError.unsupported("operations of '\(node.domain)' are not supported; export with ONNX's own")
      }
      guard let output = node.output.first, !output.isEmpty else { throw FormatError.damaged("it has no output") }
      values[output] = try value(of: node)
    } catch let error as FormatError {
      throw CheckpointError(error.kind, file: model.file.name, place: place, reason: error.reason)
    } catch let error as GraphError {
      throw CheckpointError(.unsupported, file: model.file.name, place: place, reason: error.reason + fixedSizeAdvice)
    }
  }

  /// Advice if the file declares another input size, for which its exporter may have fixed the sizes in the file.
  private var fixedSizeAdvice: String {
    guard let size = model.inputSize, size != builder.shape(of: builder.input).size else { return "" }
    return "; the file was exported for \(size): use that size, or export with dynamic axes"
  }
}

// The values of names.
extension ONNXImporter {
  /// The value of a name.
  ///
  /// - Throws: `FormatError` if it is not in the file and no earlier node computes it.
  func value(_ name: String) throws -> Value {
    if let value = values[name] { return value }
    if let constant = model.constants[name] { return .constant(constant) }
    if model.parameters.entries[name] != nil { return .weight(name) }
    throw FormatError.damaged(
      "its input '\(name)' is neither in the file nor made by a node before it; export the model again")
  }

  func activation(_ name: String) throws -> Node.ID {
    guard case .activation(let node) = try value(name) else {
      throw FormatError.unsupported("its input '\(name)' is a constant, but an activation is needed")
    }
    return node
  }

  func constant(_ name: String) throws -> HostTensor {
    switch try value(name) {
    case .constant(let tensor): return tensor
    case .weight(let alias):
      if let tensor = model.constants[alias] { return tensor }
      if case .constant(let tensor)? = values[alias] { return tensor }
      throw FormatError.unsupported("its input '\(name)' is too large for a computation of sizes")
    case .activation: throw FormatError.unsupported("its input '\(name)' is an activation, but a constant is needed")
    }
  }

  /// Whether the name is that of a floating-point tensor of the file, however small, which nodes may use as weights.
  func isWeight(_ name: String) -> Bool {
    model.parameters.entries[name]?.elementType.isFloatingPoint ?? false
  }

  /// The name and shape of a weight of the file.
  func weight(_ name: String) throws -> (name: String, shape: Shape) {
    if case .weight(let alias)? = values[name], let shape = model.parameters.shape(of: alias) { return (alias, shape) }
    guard let shape = model.parameters.shape(of: name) else {
      throw FormatError.unsupported(
        "its weights '\(name)' are not in the file; export the model with its weights inside")
    }
    return (name, shape)
  }

  /// Adds an operation to the graph.
  mutating func emit(_ operation: Operation, to inputs: [Node.ID], _ node: ProtoOperator) throws -> Value {
    let id = try builder.add(operation, to: inputs, name: node.label)
    let shape = builder.shape(of: id)
    guard let count = checkedElementCount(shape.dimensions), count <= Self.largestActivation else {
      throw FormatError.unsupported("its output \(shape) is too large")
    }
    if case .sigmoid = operation { sigmoids.insert(id) }
    return .activation(id)
  }
}
