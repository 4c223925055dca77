import Networks
import Tensors

/// Converts the nodes of a model to a graph for one input shape.
///
/// Nodes are taken in the file's order, or in a topological order if the file's is none; those that no output needs are
/// left out. Sizes are computed during the import. What is done to the picture before the network becomes
/// `normalization`, and weights without quantization become `derived`.
struct ONNXImporter {
  /// The most elements of an activation.
  private static let largestActivation = 1 << 32
  /// The most nodes; networks that this program can run have fewer.
  private static let mostNodes = 100_000

  let model: ONNXModel
  var builder: GraphBuilder
  var values: [String: Value] = [:]
  /// The tensors that were computed from the file's, by name.
  var derived: [String: StoredTensor] = [:]
  var derivedCount = 0
  /// What the file does to the samples of its input; nil if nothing.
  var normalization: InputNormalization?
  /// Whether the network has begun, so that `normalization` is known.
  var isSettled = false
  /// The nodes without negative values.
  var nonnegative = Set<Node.ID>()
  /// The nodes whose values are 0 or 1 up to rounding.
  var steps = Set<Node.ID>()
  /// The element types of the constants that nodes hold.
  var constantTypes: [String: ElementType] = [:]
  /// How many nodes and outputs take each value.
  private(set) var uses: [String: Int] = [:]
  /// The last node that takes each value.
  private(set) var consumers: [String: ProtoOperator] = [:]

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
    values[model.input] = .picture(PictureValue(node: builder.input, axes: model.inputAxes))
  }

  /// The graph of the model.
  ///
  /// - Throws: `CheckpointError` naming the node.
  mutating func graph() throws -> Graph {
    let needed = try neededNodes()
    guard needed.count <= Self.mostNodes else {
      throw CheckpointError(
        .unsupported, file: model.file.name, reason: "has \(needed.count) nodes; the limit is \(Self.mostNodes)")
    }
    for index in needed {
      for name in model.nodes[index].input {
        uses[name, default: 0] += 1
        consumers[name] = model.nodes[index]
      }
    }
    for name in model.outputs { uses[name, default: 0] += 1 }
    for index in needed { try add(model.nodes[index]) }
    let nodes = try model.outputs.map { try output($0) }
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

  func isSigmoid(_ id: Node.ID) -> Bool { sigmoids.contains(id) }

  /// The node of an output.
  private mutating func output(_ name: String) throws -> Node.ID {
    do {
      switch values[name] {
      case .statistic, .shifted: throw FormatError.unsupported("it is no map of the picture")
      case .view(var view):
        // Masks in 0 … 255 instead of 0 … 1, and axes of one element, which do not matter here.
        if view.gain == 255 { view.gain = 1 }
        view.axes = Axis.nchw
        return try materialized(view, named: name)
      case .activation, .convolution, .picture: return try activation(name)
      case nil, .weight, .constant: throw FormatError.damaged("no node computes it; export the model again")
      }
    } catch let error as FormatError {
      throw CheckpointError(
        error.kind, file: model.file.name, place: "output '\(name)'", reason: error.reason)
    } catch let error as GraphError {
      throw CheckpointError(
        .unsupported, file: model.file.name, place: "output '\(name)'", reason: error.reason)
    }
  }

  /// The indices of the nodes that the outputs need, each after those that it needs itself, and else in the file's
  /// order.
  ///
  /// - Throws: `CheckpointError` if nodes need each other.
  private func neededNodes() throws -> [Int] {
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
    return try sorted(needed.sorted(), maker)
  }

  /// Nodes in a topological order, which is theirs if that is one.
  private func sorted(_ nodes: [Int], _ maker: [String: Int]) throws -> [Int] {
    var order: [Int] = []
    var done = Set<Int>()
    var open = Set<Int>()
    for root in nodes where !done.contains(root) {
      // A node is pushed a second time to be added after those that it needs.
      var stack = [(root, false)]
      while let (index, isReady) = stack.popLast() {
        if isReady {
          open.remove(index)
          if done.insert(index).inserted { order.append(index) }
          continue
        }
        guard !done.contains(index) else { continue }
        guard open.insert(index).inserted else {
          throw CheckpointError(
            .damaged, file: model.file.name, place: "node '\(model.nodes[index].label)'",
            reason: "needs its own result, through \(cycle(from: index, open, maker)); export the model again")
        }
        stack.append((index, true))
        for name in model.nodes[index].input.reversed() {
          if let needed = maker[name], !done.contains(needed) { stack.append((needed, false)) }
        }
      }
    }
    return order
  }

  /// The names of the nodes of a cycle, in words.
  private func cycle(from start: Int, _ open: Set<Int>, _ maker: [String: Int]) -> String {
    var names: [String] = []
    var index = start
    repeat {
      names.append("'\(model.nodes[index].label)'")
      guard let next = model.nodes[index].input.lazy.compactMap({ maker[$0] }).first(where: open.contains) else {
        break
      }
      index = next
    } while index != start && names.count < 8
    return names.joined(separator: " ← ")
  }

  private mutating func add(_ node: ProtoOperator) throws {
    let place = "node '\(node.label)' (\(node.opType))"
    do {
      let isQuantizing = node.domain == "com.microsoft" && Self.microsoftOperations.contains(node.opType)
      guard node.domain.isEmpty || node.domain == "ai.onnx" || isQuantizing else {
        throw FormatError.unsupported("operations of '\(node.domain)' are not supported; export with ONNX's own")
      }
      guard let output = node.output.first, !output.isEmpty else { throw FormatError.damaged("it has no output") }
      if node.opType == "DynamicQuantizeLinear" { try dropScales(of: node) }
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
      "its input '\(name)' is neither in the file nor made by a node; export the model again")
  }

  /// The node of an activation, which is added to the graph if it is not there yet.
  mutating func activation(_ name: String) throws -> Node.ID {
    let node: Node.ID
    switch try value(name) {
    case .activation(let id): return id
    case .view(let view): return try materialized(view, named: name)
    case .convolution(let pending): node = try emit(pending)
    case .picture(let picture): return try settle(picture)
    case .statistic, .shifted:
      throw FormatError.unsupported("its input '\(name)' is the extreme value of a map, which only a division may use")
    case .weight, .constant:
      throw FormatError.unsupported("its input '\(name)' is a constant, but an activation is needed")
    }
    values[name] = .activation(node)
    return node
  }

  /// An activation with its factor, in the order of axes of the graph.
  mutating func materialized(_ view: View, named name: String) throws -> Node.ID {
    guard view.axes == Axis.nchw else {
      throw FormatError.unsupported("its input '\(name)' has its axes rearranged, which is not supported here")
    }
    guard view.gain != 1 else { return view.node }
    var node = ProtoOperator()
    (node.name, node.output) = (name, [name])
    let id = try affine(view.node, scale: [view.gain], shift: [0], node, part: "gain.")
    values[name] = .activation(id)
    return id
  }

  func constant(_ name: String) throws -> HostTensor {
    switch try value(name) {
    case .constant(let tensor): return tensor
    case .weight(let alias):
      if let tensor = model.constants[alias] { return tensor }
      if case .constant(let tensor)? = values[alias] { return tensor }
      guard let entry = entry(alias), entry.shape.elementCount <= HostTensor.largestCount else {
        throw FormatError.unsupported("its input '\(name)' is too large for a computation of sizes")
      }
      let tensor = try model.parameters.tensor(entry, named: alias)
      return try HostTensor(shape: tensor.shape.dimensions, values: .floats(tensor.values.map(Double.init)))
    case .activation, .view, .convolution, .picture, .statistic, .shifted:
      throw FormatError.unsupported("its input '\(name)' is an activation, but a constant is needed")
    }
  }

  /// Whether the name is that of a floating-point tensor of the file, however small, which nodes may use as weights.
  func isWeight(_ name: String) -> Bool {
    (derived[name] ?? model.parameters.entries[name])?.isWeight ?? false
  }

  /// The name and shape of a weight of the file.
  func weight(_ name: String) throws -> (name: String, shape: Shape) {
    guard let entry = entry(name) else {
      throw FormatError.unsupported(
        "its weights '\(name)' are not in the file; export the model with its weights inside")
    }
    if case .weight(let alias)? = values[name] { return (alias, entry.shape) }
    return (name, entry.shape)
  }

  /// Adds an operation to the graph.
  mutating func emit(_ operation: Operation, to inputs: [Node.ID], _ node: ProtoOperator) throws -> Value {
    try emit(operation, to: inputs, named: node.label)
  }

  /// Adds an operation to the graph.
  mutating func emit(_ operation: Operation, to inputs: [Node.ID], named label: String) throws -> Value {
    let id = try builder.add(operation, to: inputs, name: label)
    let shape = builder.shape(of: id)
    guard let count = checkedElementCount(shape.dimensions), count <= Self.largestActivation else {
      throw FormatError.unsupported("its output \(shape) is too large")
    }
    switch operation {
    case .sigmoid:
      sigmoids.insert(id)
      nonnegative.insert(id)
    case .relu: nonnegative.insert(id)
    case .maxPool, .upsample, .concat, .add:
      if inputs.allSatisfy(nonnegative.contains) { nonnegative.insert(id) }
    case .input, .convolution, .batchNorm: break
    }
    return .activation(id)
  }
}
