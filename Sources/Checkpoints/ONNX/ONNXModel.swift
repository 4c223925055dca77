import FoundationEssentials
public import Networks
import SwiftProtobuf
public import Tensors

/// A network from an `.onnx` file, which becomes a `Graph` for any input shape that its nodes accept.
///
/// Supported operations: Conv, BatchNormalization, Relu, Sigmoid, MaxPool, Concat, Add, Resize, Upsample, Cast,
/// Identity and Dropout of activations, and the small computations of sizes that exporters leave in the file.
/// Quantized operations are computed with floating-point numbers. Before and after the network, arithmetic with
/// constants, other orders of axes, stretching by minimum and maximum and thresholds are folded or computed.
public struct ONNXModel: Network {
  /// The file's name without folder and extension.
  public let name: String
  /// The weights, by the names of the graph's parameters, and the file's metadata.
  public private(set) var parameters: Checkpoint
  /// The input size that the file declares; nil if it leaves the size open.
  public let inputSize: Size?
  /// The number of input channels that the file declares; nil if it leaves the number open.
  public let inputChannels: Int?
  /// What the file does to the samples of its input itself, which is left out of its graphs: their input must be
  /// normalized by it. Nil if the file does nothing.
  public private(set) var inputNormalization: InputNormalization?

  /// The order of the input's axes.
  let inputAxes: [Axis]
  /// Whether the input's type is one of integers.
  let takesIntegers: Bool
  let file: MappedFile
  let constants: [String: HostTensor]
  let nodes: [ProtoOperator]
  let outputs: [String]
  let input: String
  /// The version of the operator set of ONNX.
  let operatorSet: Int

  /// Whether the bytes begin with a small format version, as every exporter writes it.
  static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x08 && 1...0x20 ~= bytes[1]
  }

  /// Reads the nodes of a file and finds its weights.
  ///
  /// - Throws: `CheckpointError`.
  init(_ file: MappedFile) throws {
    // First, because this can tell a truncated file from a malformed one.
    let initializers = try ONNXInitializers(file)
    let model = try file.reading(nil, Self.model)
    self.file = file
    name = Self.name(of: file)
    nodes = model.graph.node
    outputs = model.graph.output.map(\.name)
    operatorSet = Int(clamping: model.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version ?? 0)
    var entries = initializers.entries
    for (name, tensor) in try Self.weightsInNodes(nodes, of: file) { entries[name] = tensor }
    parameters = Checkpoint(
      onnx: file, metadata: Self.metadata(of: model), entries: entries, externalFiles: initializers.externalFiles)
    constants = initializers.constants

    // Old exporters list the initializers as inputs.
    let inputs = model.graph.input.filter { entries[$0.name] == nil }
    guard inputs.count == 1, !outputs.isEmpty else {
      throw CheckpointError(
        .unsupported, file: file.name,
        reason: "has \(inputs.count) inputs and \(outputs.count) outputs; a network with one input is needed")
    }
    input = inputs[0].name
    let extents = inputs[0].type.tensorType.shape.dim.map { $0.value > 0 ? Int(clamping: $0.value) : nil }
    let axes = InputAxes.axes(of: input, extents, nodes)
    inputAxes = axes
    func extent(_ axis: Axis) -> Int? {
      guard let index = axes.firstIndex(of: axis), extents.indices.contains(index) else { return nil }
      return extents[index]
    }
    inputChannels = extent(.channel)
    if let height = extent(.height), let width = extent(.width) {
      inputSize = Size(height: height, width: width)
    } else {
      inputSize = nil
    }
    var type = ProtoTensor()
    type.dataType = inputs[0].type.tensorType.elemType
    takesIntegers = type.elementType.map { !$0.isFloatingPoint } ?? false
    derive()
  }

  /// The operations whose import neither computes tensors nor normalizes the input.
  private static let plain: Set<String> = [
    "Conv", "BatchNormalization", "Relu", "Sigmoid", "MaxPool", "Concat", "Resize", "Upsample", "Cast", "Identity",
    "Dropout", "Constant", "Shape", "Gather", "Slice", "Unsqueeze", "Squeeze", "Floor", "Ceil", "Reshape",
  ]

  /// Finds the tensors that are computed from the file's, and the input's normalization: neither depends on the size.
  private mutating func derive() {
    let made = Dictionary(nodes.flatMap { node in node.output.map { ($0, node.opType) } }) { _, last in last }
    let isPlain = nodes.allSatisfy { node in
      let isSum = node.opType == "Add" && node.input.allSatisfy { made[$0].map { $0 != "Constant" } ?? false }
      return isSum || Self.plain.contains(node.opType)
    }
    guard !isPlain || takesIntegers else { return }
    // An error is reported by `graph(for:)`.
    guard var importer = try? ONNXImporter(self, input: usualInput), (try? importer.graph()) != nil else { return }
    parameters = parameters.deriving(importer.derived)
    inputNormalization = importer.normalization
  }

  /// The graph for an input of this shape, `[batch, channels, height, width]`.
  ///
  /// - Throws: `CheckpointError` that names the node which is not supported or does not accept the shape.
  public func graph(for input: Shape) throws -> Graph {
    var importer = try ONNXImporter(self, input: input)
    return try importer.graph()
  }

  /// The known network that the model computes, with the weights under their official names.
  ///
  /// - Throws: `KnownNetworks.Unidentified` if it computes another network; `CheckpointError` as `graph(for:)` does.
  public func identified() throws -> KnownNetworks.Identification {
    try KnownNetworks.identify(graph(for: usualInput), parameters)
  }

  /// The shape that the file declares, with 3 channels and 320×320 pixels where it leaves them open.
  private var usualInput: Shape {
    let size = inputSize ?? Size(height: 320, width: 320)
    return Shape(channels: inputChannels ?? 3, height: size.height, width: size.width)
  }

  private static func model(_ bytes: UnsafeRawBufferPointer) throws -> ProtoModel {
    guard let base = bytes.baseAddress else { throw FormatError.damaged("is empty") }
    // `ProtoModel` does not declare the initializers, so that the decoder skips them.
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

  /// The weights that an exporter wrote as Constant nodes.
  private static func weightsInNodes(
    _ nodes: [ProtoOperator], of file: MappedFile
  ) throws -> [(String, StoredTensor)] {
    try nodes.compactMap { node in
      guard node.opType == "Constant", let tensor = node.attribute.first(where: { $0.name == "value" })?.t,
        let type = tensor.elementType, type.isFloatingPoint || type == .int8 || type == .uint8,
        let output = node.output.first
      else { return nil }
      return try file.reading("node '\(node.label)'") { _ in
        let (dimensions, count) = try tensor.extents()
        guard !dimensions.isEmpty, count > 0 else { return nil }
        return (output, StoredTensor(elementType: type, shape: Shape(dimensions), decoded: try tensor.floats()))
      }
    }
  }
}
