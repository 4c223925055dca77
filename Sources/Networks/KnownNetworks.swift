public import Tensors

/// The networks that are known.
public enum KnownNetworks {
  /// The table that a checkpoint with the official names was made for; nil where it is none of the family's.
  public static func recognize(_ source: some ParameterSource) -> (any NetworkTable)? {
    if let table = U2NetTable.recognize(source) { return table }
    return ISNetTable.recognize(source)
  }

  /// A network that was found by what it computes.
  public struct Identification: Sendable {
    /// The table whose graph it is.
    public let table: any NetworkTable
    /// Its parameters under the official names.
    public let parameters: RenamedParameters
  }

  /// A graph computes what none of the known networks does.
  public struct Unidentified: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it parts from the network that it is most like.
    public let description: String
  }

  /// The known network that a graph computes, whatever its nodes and parameters are called, as in an ONNX file that
  /// numbers them.
  ///
  /// The graph's outputs are compared in their order; those that the network does not have are left out.
  /// - Throws: `Unidentified`; `ParameterError` where a parameter is not of the network's shape.
  public static func identify(_ graph: Graph, _ parameters: some ParameterSource) throws -> Identification {
    let batchNorm = graph.nodes.contains { $0.operation.kind == "batch norm" }
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
    let kept = whole.caches(outputs: Array(whole.outputs.indices.prefix(graph.outputs.count)))
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
  /// Whether it is a convolution that makes its input smaller.
  fileprivate var isReduction: Bool {
    if case .convolution(let convolution) = operation { convolution.stride > 1 } else { false }
  }
}

/// The parameters of a source under other names; what has none is left out.
public struct RenamedParameters: ParameterSource {
  private let source: any ParameterSource
  /// The source's name for each.
  private let originals: [String: String]

  /// - Parameter names: the source's name by the new one.
  init(_ source: any ParameterSource, names: [String: String]) {
    self.source = source
    originals = names
  }

  /// The new names, sorted.
  public var names: [String] { originals.keys.sorted() }

  /// The shape of a tensor, or nil where there is none of that name.
  public func shape(of name: String) -> Shape? { originals[name].flatMap { source.shape(of: $0) } }

  /// The tensor of that name.
  ///
  /// - Throws: `MissingParameter`, or what reading the tensor threw.
  public func tensor(named name: String) throws -> Tensor {
    guard let original = originals[name] else { throw MissingParameter(name: name) }
    return try source.tensor(named: original)
  }
}
