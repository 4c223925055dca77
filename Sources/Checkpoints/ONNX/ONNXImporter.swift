import Networks
import Tensors

/// Turns the nodes of a model, in their order, into a graph for one input shape.
///
/// Nodes that nothing leads from to an output are passed over. Sizes are computed on the way: a value is an activation
/// (a node of the graph), a weight (a name), or a small constant.
struct ONNXImporter {
  /// What a name in the file stands for.
  enum Value {
    case activation(Node.ID)
    case weight(String)
    case constant(HostTensor)
  }

  /// More elements than an activation may have.
  private static let largestActivation = 1 << 32
  /// More nodes than any network has that this program could run.
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

  /// Runs the import.
  ///
  /// - Throws: `CheckpointError` naming the node.
  mutating func graph() throws -> Graph {
    let needed = neededNodes()
    guard needed.count <= Self.mostNodes else {
      throw CheckpointError(.unsupported, file: model.file.name, reason: "has \(needed.count) nodes, too many to run")
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

  /// Seven sigmoid maps are U²-Net's, d0 to d6; other outputs keep the names that the file gives them.
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
        throw FormatError.unsupported("operations of '\(node.domain)' are not understood; export with ONNX's own")
      }
      guard let output = node.output.first, !output.isEmpty else { throw FormatError.damaged("it has no output") }
      values[output] = try value(of: node)
    } catch let flaw as FormatError {
      throw CheckpointError(flaw.kind, file: model.file.name, place: place, reason: flaw.reason)
    } catch let error as GraphError {
      throw CheckpointError(.unsupported, file: model.file.name, place: place, reason: error.reason + fixedSizeAdvice)
    }
  }

  /// Exporters may have computed sizes for the declared input and thrown the computation away.
  private var fixedSizeAdvice: String {
    guard let size = model.inputSize, size != builder.shape(of: builder.input).size else { return "" }
    return "; the file was exported for \(size), use that size or export with dynamic axes"
  }
}

// What a name stands for.
extension ONNXImporter {
  /// - Throws: `FormatError` where nothing before the node makes it.
  func value(_ name: String) throws -> Value {
    if let value = values[name] { return value }
    if let constant = model.constants[name] { return .constant(constant) }
    if model.parameters.entries[name] != nil { return .weight(name) }
    throw FormatError.damaged(
      "its input '\(name)' is neither in the file nor made by a node before it; export the model again")
  }

  func activation(_ name: String) throws -> Node.ID {
    guard case .activation(let node) = try value(name) else {
      throw FormatError.unsupported("its input '\(name)' is a constant, where an activation is needed")
    }
    return node
  }

  func constant(_ name: String) throws -> HostTensor {
    switch try value(name) {
    case .constant(let tensor): return tensor
    case .weight(let alias):
      if let tensor = model.constants[alias] { return tensor }
      if case .constant(let tensor)? = values[alias] { return tensor }
      throw FormatError.unsupported("its input '\(name)' is too large to be computed with")
    case .activation: throw FormatError.unsupported("its input '\(name)' is an activation, where a constant is needed")
    }
  }

  /// Whether the name is a tensor of the file that a node may use as weights, however small.
  func isWeight(_ name: String) -> Bool {
    model.parameters.entries[name]?.elementType.isFloatingPoint ?? false
  }

  /// A weight that stands in the file, with its shape.
  func weight(_ name: String) throws -> (name: String, shape: Shape) {
    if case .weight(let alias)? = values[name], let shape = model.parameters.shape(of: alias) { return (alias, shape) }
    guard let shape = model.parameters.shape(of: name) else {
      throw FormatError.unsupported(
        "its weights '\(name)' are not in the file; export the model with its weights inside")
    }
    return (name, shape)
  }

  /// Adds an operation of the network.
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
