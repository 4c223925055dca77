public import Tensors

/// The networks that u2cl knows.
public enum KnownNetworks {
  /// The network of a checkpoint whose tensors have the official names; nil if u2cl knows no such network.
  public static func recognize(_ source: some ParameterSource) -> (any NetworkTable)? {
    if let table = U2NetTable.recognize(source) { return table }
    return ISNetTable.recognize(source)
  }

  /// A network recognised by what it computes.
  public struct Identification: Sendable {
    /// The network.
    public let table: any NetworkTable
    /// Its parameters, under the official names.
    public let parameters: RenamedParameters
  }

  /// A graph computes what none of the known networks computes.
  public struct Unidentified: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line that says where the graph differs from the most similar network.
    public let description: String
  }

  /// The known network that a graph computes, whatever the names of its nodes and parameters, as in an ONNX file that
  /// numbers them.
  ///
  /// Outputs are compared in the graph's order; surplus ones are left out.
  /// - Throws: `Unidentified`; `ParameterError` if a parameter does not have the network's shape.
  public static func identify(_ graph: Graph, _ parameters: some ParameterSource) throws -> Identification {
    let batchNorm = graph.nodes.contains { $0.operation.kind == .batchNorm }
    let isSigmoid = graph.outputs.first.map { graph.nodes[$0.node].operation == .sigmoid } ?? false
    let sides = min(max(graph.outputs.count, 1), StageTable.full.encoder.count)
    var isNet = ISNetTable(
      name: "isnet", stemChannels: 64, stages: ISNetTable.full().stages, sides: sides, batchNorm: batchNorm)
    isNet.form = isSigmoid ? .probabilities : .logits
    var u2Net = U2NetTable.full()
    (u2Net.batchNorm, u2Net.form) = (batchNorm, isNet.form)
    let hasStem = graph.nodes.contains { $0.isReduction && $0.inputs == [graph.input] }
    let template: any NetworkTable = hasStem ? isNet : u2Net

    let whole = try template.graph(
      for: Shape(channels: 3, height: graph.inputShape.height, width: graph.inputShape.width))
    let kept = whole.selecting(outputs: Array(whole.outputs.indices.prefix(graph.outputs.count)))
    let correspondence = GraphCorrespondence(of: kept, in: graph)
    if let difference = correspondence.difference {
      throw Unidentified(
        description: "node \(difference.found) stands where \(template.name) has \(difference.expected)")
    }
    let renamed = RenamedParameters(parameters, names: correspondence.names)
    guard var table = recognize(renamed) else {
      throw Unidentified(description: "it lacks parameters that \(template.name) has")
    }
    table.form = isNet.form
    try table.graph(for: whole.inputShape).validate(renamed)
    return Identification(table: table, parameters: renamed)
  }
}

extension Node {
  /// Whether the node is a convolution that reduces the size.
  fileprivate var isReduction: Bool {
    if case .convolution(let convolution) = operation { convolution.stride > 1 } else { false }
  }
}

/// Parameters of a source under other names; those without a new name are left out.
public struct RenamedParameters: ParameterSource {
  private let source: any ParameterSource
  /// The source's name for each new name.
  private let originals: [String: String]

  /// - Parameter names: the source's name for each new name.
  init(_ source: any ParameterSource, names: [String: String]) {
    self.source = source
    originals = names
  }

  /// The new names, sorted.
  public var names: [String] { originals.keys.sorted() }

  /// The shape of a tensor; nil if there is none of that name.
  public func shape(of name: String) -> Shape? { originals[name].flatMap { source.shape(of: $0) } }

  /// The tensor with a name.
  ///
  /// - Throws: `MissingParameter`, or the error of reading the tensor.
  public func tensor(named name: String) throws -> Tensor {
    guard let original = originals[name] else { throw MissingParameter(name: name) }
    return try source.tensor(named: original)
  }
}
