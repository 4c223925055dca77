import Checkpoints
public import Files
import Pictures
import Networks
import Tensors

/// Writes a model of any format as safetensors, with the official names of its tensors.
public struct ModelConversion: Sendable {
  /// Whether weights are stored as float16: half the file size, with a relative error of up to 2⁻¹¹.
  public var half = false
  /// Whether batch norms are folded into the convolutions before them.
  public var foldsBatchNorm = false

  /// Creates a conversion that loses nothing.
  public init() {}

  /// What a conversion has written.
  public struct Report: Sendable, Codable {
    /// The version of this report's format.
    public var schema = 1
    /// The file that was read.
    public let source: String
    /// The file that was written.
    public let file: String
    /// The name of the architecture, such as `u2net`.
    public let architecture: String
    /// The number of tensors in the file.
    public let tensors: Int
    /// The size of the file, in bytes.
    public let bytes: Int
  }

  /// Converts a model. The file is written completely or not at all.
  ///
  /// Only tensors that the network needs are written. The metadata says how pictures are prepared.
  /// - Throws: `Failure` if the model is not a known network, or if the file cannot be written.
  public func run(_ model: Model, to path: FilePath) throws(Failure) -> Report {
    try asFailure {
      let (table, parameters) = try model.known()
      let graph = try Model.naming(model.origin) {
        let graph = try table.graph(for: Shape(channels: 3, height: 64, width: 64))
        // Damaged weights are refused.
        for parameter in graph.parameters { _ = try graph.tensor(parameter, from: parameters) }
        return graph
      }
      let source = ParameterSelection(
        of: graph, from: parameters, folded: foldsBatchNorm ? FoldedParameters(parameters, of: graph) : nil)
      var written = 0
      try OutputFile.stream(toFileAt: path) { emit in
        try SafetensorsWriter.write(source, metadata: metadata(of: model, table), storage: half ? .half : .single) {
          written += $0.count
          try emit($0)
        }
      }
      return Report(
        source: model.origin, file: path.string, architecture: table.name, tensors: source.names.count, bytes: written)
    }
  }

  /// Converts a model; see `run(_:to:)`.
  public func run(_ model: Model, to path: String) throws(Failure) -> Report { try run(model, to: FilePath(path)) }

  /// The metadata of the file. What the source says about its licence and training is kept.
  private func metadata(of model: Model, _ table: any NetworkTable) -> [String: String] {
    let checkpoint = model.parameters as? Checkpoint
    var metadata = checkpoint?.format == .safetensors ? checkpoint?.metadata ?? [:] : [:]
    let size = model.inputSize
    func list(_ numbers: [Float]) -> String { numbers.map { "\($0)" }.joined(separator: ",") }
    metadata["architecture"] = table.name
    metadata["input_size"] = size.height == size.width ? "\(size.height)" : nil
    metadata["mean"] = list(model.normalization.mean)
    metadata["std"] = list(model.normalization.standardDeviation)
    metadata["divide_by"] = model.normalization.scaling.rawValue
    metadata["task"] = model.profile.task.rawValue
    metadata["maps"] = table.form.rawValue
    if model.profile.task == .parsing {
      metadata["classes"] = model.profile.classNames(count: table.outChannels).joined(separator: ",")
    }
    metadata["source"] = model.origin.split(separator: "/").last.map(String.init)
    metadata["source_sha256"] = checkpoint?.file.digest
    return metadata
  }
}

extension Model {
  /// The known network that the model is, and its weights under their official names.
  ///
  /// - Throws: `Failure` if the model is an ONNX graph that computes another network.
  func known() throws -> (table: any NetworkTable, parameters: any ParameterSource) {
    if let table = network as? any NetworkTable { return (table, parameters) }
    guard let graph = network as? ONNXModel else {
      throw Failure(.model, "\(origin): its architecture is not known")
    }
    do {
      let known = try graph.identified()
      return (known.table, known.parameters)
    } catch let error as KnownNetworks.Unidentified {
      throw Failure(
        .model,
        "\(origin): computes neither U²-Net nor IS-Net (\(error)), so its tensors have no official names; "
          + "use the ONNX file as it is")
    }
  }
}

/// The parameters of a source that a graph needs.
private struct ParameterSelection: ParameterSource {
  let source: any ParameterSource
  let names: [String]

  init(of graph: Graph, from source: any ParameterSource, folded: FoldedParameters?) {
    self.source = folded ?? source
    names = folded?.names ?? graph.parameters.map(\.name).sorted()
  }

  func shape(of name: String) -> Shape? { source.shape(of: name) }
  func tensor(named name: String) throws -> Tensor { try source.tensor(named: name) }
}
