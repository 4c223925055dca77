import CDefaultModel
import Caches
import Checkpoints
public import Images
package import Networks
package import Tensors

/// A network with its weights, and what its pictures must go through: loaded once, usable on any device.
public struct Model: Sendable {
  /// A name for reports, such as `u2netp`.
  public let name: String
  /// The architecture, such as `u2netp`, or `onnx`.
  public let architecture: String
  /// The size it was made for, in pixels.
  public let inputSize: Size
  /// What is done to a picture's values.
  public let normalization: Normalization

  /// The file it came from, as messages name it; its name where it came from none.
  package let origin: String
  /// The file it came from; nil where it came from none.
  package private(set) var path: String?
  package let network: any Network
  package let parameters: any ParameterSource

  package init(
    name: String, origin: String? = nil, network: any Network, parameters: any ParameterSource,
    inputSize: Size = Self.usualSize, normalization: Normalization = .imageNet
  ) {
    self.name = name
    self.origin = origin ?? name
    architecture = network.name
    self.network = network
    self.parameters = parameters
    self.inputSize = inputSize
    self.normalization = normalization
  }

  /// What the authors train and run at.
  package static let usualSize = Size(height: 320, width: 320)

  /// The model that ships inside the program: good on one clear subject, weaker on crowded scenes.
  public static func builtIn() throws(Failure) -> Model {
    try failing {
      let bytes = UnsafeRawBufferPointer(start: u2cl_default_model_bytes(), count: u2cl_default_model_size())
      return try Model(MappedFile(name: builtInName, staticMemory: bytes))
    }
  }

  /// What the built-in model is called.
  static let builtInName = "u2cl-default"

  /// The size of the built-in model's file.
  static var builtInByteCount: Int { u2cl_default_model_size() }

  /// A model by its name (`u2netp`, where it is installed; `u2cl-default`) or by its file (`.onnx`, `.pth`,
  /// `.safetensors`). See `ModelStore.pull` for how to install one.
  public init(_ nameOrFile: String) throws(Failure) {
    let store = ModelStore()
    guard nameOrFile != Self.builtInName || store.find(nameOrFile) != nil else {
      self = try Self.builtIn()
      return
    }
    let path = try store.locate(nameOrFile)
    self = try failing { try Model(MappedFile(path: path)) }
    self.path = path
  }

  /// U²-Net (`full`) or U²-Net† with weights made from a seed: for measuring, not for looking at.
  public static func seeded(full: Bool) throws(Failure) -> Model {
    try failing {
      let table = full ? U2NetTable.full() : .small()
      let shape = Shape(channels: 3, height: 32, width: 32)
      return Model(
        name: "\(table.name) (seeded weights)", network: table,
        parameters: SeededParameters(for: try table.graph(for: shape)))
    }
  }
}

extension Model {
  /// The model in a file of any format.
  private init(_ file: MappedFile) throws {
    switch try CheckpointFile.open(file) {
    case .checkpoint(let checkpoint): try self.init(checkpoint)
    case .onnx(let model):
      self.init(
        name: file.name.fileStem, origin: file.name, network: model, parameters: model.parameters,
        inputSize: model.inputSize ?? Self.usualSize)
    }
  }

  private init(_ checkpoint: Checkpoint) throws {
    guard let table = U2NetTable.recognize(checkpoint) else {
      let file = checkpoint.file.name
      throw Failure(
        .model, "\(file): its tensors are not named as U²-Net's; use a U²-Net checkpoint or an ONNX file")
    }
    try Self.naming(checkpoint.file.name) {
      try table.graph(for: Shape(channels: 3, height: 32, width: 32)).validate(checkpoint)
    }
    let metadata = ModelMetadata(checkpoint.metadata, file: checkpoint.file.name)
    self.init(
      name: checkpoint.file.name.fileStem, origin: checkpoint.file.name, network: table, parameters: checkpoint,
      inputSize: try metadata.inputSize() ?? Self.usualSize, normalization: try metadata.normalization())
  }

  /// SHA-256 of the file it came from, in hexadecimal; nil where it came from none.
  package var digest: String? {
    guard let path, let file = try? MappedFile(path: path) else { return nil }
    return file.withUnsafeBytes { SHA256.digest(of: $0) }.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  /// Runs `body`; where the weights do not fit the network, the failure names their file.
  static func naming<Result>(_ origin: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch {
      guard error is ParameterError || error is GraphError || error is MissingParameter else { throw error }
      throw Failure(.model, "\(origin): \(error)")
    }
  }
}
