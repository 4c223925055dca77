import CDefaultModel
import Caches
import Checkpoints
public import Pictures
package import Networks
package import Tensors

/// A network with its weights, and what its pictures must go through: loaded once, usable on any device.
public struct Model: Sendable {
  /// A name for reports, such as `u2netp`.
  public let name: String
  /// The architecture, such as `u2netp`, or `onnx`.
  public let architecture: String
  /// What it expects of its pictures, and what its output means.
  public var profile: ModelProfile
  /// The size it was made for, in pixels.
  public var inputSize: Size { profile.inputSize }
  /// What is done to a picture's values.
  public var normalization: Normalization { profile.normalization }

  /// The file it came from, as messages name it; its name where it came from none.
  package let origin: String
  /// The file it came from; nil where it came from none.
  package private(set) var path: String?
  /// Where another process finds it; nil for one that was made in memory.
  package private(set) var source: ModelSource?
  package let network: any Network
  package let parameters: any ParameterSource

  package init(
    name: String, origin: String? = nil, network: any Network, parameters: any ParameterSource,
    profile: ModelProfile = ModelProfile()
  ) {
    self.name = name
    self.origin = origin ?? name
    architecture = network.name
    self.network = network
    self.parameters = parameters
    self.profile = profile
  }

  /// The model that ships inside the program: good on one clear subject, weaker on crowded scenes.
  public static func builtIn() throws(Failure) -> Model {
    try asFailure {
      let bytes = UnsafeRawBufferPointer(start: u2cl_default_model_bytes(), count: u2cl_default_model_size())
      var model = try Model(MappedFile(name: builtInName, staticMemory: bytes))
      model.source = .builtIn
      return model
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
    self = try asFailure { try Model(MappedFile(path: path)) }
    self.path = path
    source = .file(path)
  }

  /// U²-Net (`full`) or U²-Net† with weights made from a seed: for measuring, not for looking at.
  public static func seeded(full: Bool) throws(Failure) -> Model {
    try asFailure {
      let table = full ? U2NetTable.full() : .small()
      let shape = Shape(channels: 3, height: 32, width: 32)
      var model = Model(
        name: "\(table.name) (seeded weights)", network: table,
        parameters: SeededParameters(for: try table.graph(for: shape)))
      model.source = .seeded(full: full)
      return model
    }
  }
}

extension Model {
  /// The model in a file of any format.
  private init(_ file: MappedFile) throws {
    switch try CheckpointFile.open(file) {
    case .checkpoint(let checkpoint): try self.init(checkpoint)
    case .onnx(let model): try self.init(model)
    }
  }

  /// A graph that is known by its file's name, or else by what it computes; what its file says of its size holds.
  private init(_ model: ONNXModel) throws {
    var profile = ModelProfile()
    let file = model.parameters.file.name
    if let published = ModelProfile(published: file.fileStem) {
      profile = published
    } else if let known = try? model.identified() {
      profile = ModelProfile(assumedFor: known.table)
    }
    if let size = model.inputSize { profile.inputSize = size }
    self.init(
      name: file.fileStem, origin: file, network: model, parameters: model.parameters, profile: profile)
  }

  private init(_ checkpoint: Checkpoint) throws {
    let file = checkpoint.file.name
    guard var table = KnownNetworks.recognize(checkpoint) else {
      throw Failure(
        .model,
        "\(file): its tensors are not named as U²-Net's or IS-Net's; use a checkpoint of these or an ONNX file")
    }
    try Self.naming(file) {
      try table.graph(for: Shape(channels: 3, height: 32, width: 32)).validate(checkpoint)
    }
    let metadata = ModelMetadata(checkpoint.metadata, file: file)
    let profile = try metadata.profile(
      for: ModelProfile(published: file.fileStem) ?? ModelProfile(assumedFor: table))
    table.form = try metadata.form() ?? (profile.task == .parsing ? .logits : .probabilities)
    self.init(name: file.fileStem, origin: file, network: table, parameters: checkpoint, profile: profile)
  }

  /// SHA-256 of the file it came from, in hexadecimal; nil where it came from none.
  package var digest: String? {
    guard let path else { return nil }
    return try? MappedFile(path: path).digest
  }

  /// Runs `body`; where the weights do not fit the network, the failure names their file.
  static func naming<Result>(_ origin: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch {
      guard error is ParameterError || error is GraphError || error is MissingParameter else { throw error }
      throw Failure(.model, "\(origin): \(error)")
    }
  }
}

extension MappedFile {
  /// SHA-256 of the bytes, in hexadecimal.
  var digest: String {
    withUnsafeBytes { SHA256.digest(of: $0) }.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
