import FoundationEssentials
public import Networks
import SwiftProtobuf
public import Tensors

/// A network read from an `.onnx` file: its nodes become a `Graph` for any input whose sizes they can follow.
///
/// What is understood: Conv, BatchNormalization, Relu, Sigmoid, MaxPool, Concat, Add, Resize, Upsample, Cast, Identity
/// and Dropout on activations, and the small computations of sizes that exporters leave in the file.
public struct ONNXModel: Network {
  /// The file's name without folder and extension.
  public let name: String
  /// The initializers, by the names that the graph's parameters have; and what the file says about itself.
  public let parameters: Checkpoint
  /// The size that the file declares for its input; nil where it leaves it open.
  public let inputSize: Size?
  /// The channels that the file declares for its input; nil where it leaves them open.
  public let inputChannels: Int?

  let file: MappedFile
  let constants: [String: HostTensor]
  let nodes: [ProtoOperator]
  let outputs: [String]
  let input: String
  /// The version of ONNX's own operators.
  let operatorSet: Int

  /// Whether the bytes begin as every exporter begins: with the format's version, a small number.
  static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x08 && 1...0x20 ~= bytes[1]
  }

  /// Reads the nodes of a mapped file and finds its weights.
  ///
  /// - Throws: `CheckpointError`.
  init(_ file: MappedFile) throws {
    // First, because it tells a file that is cut short from one that is malformed.
    let initializers = try ONNXInitializers(file)
    let model = try file.reading(nil, Self.model)
    self.file = file
    name = Self.name(of: file)
    nodes = model.graph.node
    outputs = model.graph.output.map(\.name)
    operatorSet = Int(clamping: model.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version ?? 0)
    var entries = initializers.entries
    for (name, tensor) in try Self.weightsInNodes(nodes, of: file) { entries[name] = tensor }
    parameters = Checkpoint(format: .onnx, file: file, metadata: Self.metadata(of: model), entries: entries)
    constants = initializers.constants

    // Old exporters list the initializers among the inputs.
    let inputs = model.graph.input.filter { entries[$0.name] == nil }
    guard inputs.count == 1, !outputs.isEmpty else {
      throw CheckpointError(
        .unsupported, file: file.name,
        reason: "has \(inputs.count) inputs and \(outputs.count) outputs; a network with one input is needed")
    }
    input = inputs[0].name
    let extents = inputs[0].type.tensorType.shape.dim.map { $0.value > 0 ? Int(clamping: $0.value) : nil }
    inputChannels = extents.count == 4 ? extents[1] : nil
    if extents.count == 4, let height = extents[2], let width = extents[3] {
      inputSize = Size(height: height, width: width)
    } else {
      inputSize = nil
    }
  }

  /// The operations for an input of this shape, `[batch, channels, height, width]`.
  ///
  /// - Throws: `CheckpointError` naming the node that is not understood or cannot take that shape.
  public func graph(for input: Shape) throws -> Graph {
    var importer = try ONNXImporter(self, input: input)
    return try importer.graph()
  }

  /// The known network that it computes, with the weights under their official names.
  ///
  /// - Throws: `KnownNetworks.Unidentified` where it computes another; `CheckpointError` as `graph(for:)` does.
  public func identified() throws -> KnownNetworks.Identification {
    let size = inputSize ?? Size(height: 320, width: 320)
    return try KnownNetworks.identify(
      graph(for: Shape(channels: inputChannels ?? 3, height: size.height, width: size.width)), parameters)
  }

  private static func model(_ bytes: UnsafeRawBufferPointer) throws -> ProtoModel {
    guard let base = bytes.baseAddress else { throw FormatError.damaged("is empty") }
    // The initializers are unknown to `ProtoModel`, so that the decoder passes over them.
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    let data = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count, deallocator: .none)
    do {
      return try ProtoModel(serializedBytes: data, options: options)
    } catch {
      throw FormatError.damaged("is a malformed ONNX model")
    }
  }

  /// The file's name without folder and extension.
  private static func name(of file: MappedFile) -> String {
    let last = file.name.split(separator: "/").last.map(String.init) ?? file.name
    return last.hasSuffix(".onnx") ? String(last.dropLast(5)) : last
  }

  private static func metadata(of model: ProtoModel) -> [String: String] {
    var metadata = Dictionary(model.metadataProps.map { ($0.key, $0.value) }) { _, last in last }
    let producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    if !producer.isEmpty { metadata["producer"] = producer }
    return metadata
  }

  /// Weights that an exporter wrote as Constant nodes.
  private static func weightsInNodes(
    _ nodes: [ProtoOperator], of file: MappedFile
  ) throws -> [(String, StoredTensor)] {
    try nodes.compactMap { node in
      guard node.opType == "Constant", let tensor = node.attribute.first(where: { $0.name == "value" })?.t,
        let type = tensor.elementType, type.isFloatingPoint, let output = node.output.first
      else { return nil }
      return try file.reading("node '\(node.label)'") { _ in
        let (dimensions, count) = try tensor.extents()
        guard !dimensions.isEmpty, count > 0 else { return nil }
        return (output, StoredTensor(elementType: type, shape: Shape(dimensions), decoded: try tensor.floats()))
      }
    }
  }
}
