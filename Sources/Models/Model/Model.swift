import CDefaultModel
import Caches
import Checkpoints
public import Files
public import Pictures
package import Networks
public import Tensors

/// Where a model was loaded from, so that another process can load it, too.
package enum ModelSource: Hashable, Sendable, Codable {
  /// The model inside the program.
  case builtIn
  /// Weights from a seed, for the full network or the small one.
  case seeded(full: Bool)
  /// The file with this path.
  case file(pathBytes: [UInt8])
}

/// A network with its weights and the profile of its pictures: loaded once, usable on any device.
public struct Model: Sendable {
  /// The name for reports, such as `u2netp`.
  public let name: String
  /// The architecture, such as `u2netp`, or `onnx`.
  public let architecture: String
  /// How pictures are prepared for the model, and what its output means.
  public var profile: ModelProfile
  /// The size of the input, in pixels.
  public var inputSize: Size { profile.inputSize }
  /// How the values of pictures are normalized.
  public var normalization: Normalization { profile.normalization }

  /// The file that the model was loaded from, for messages; the name of the model if there is none.
  package let origin: String
  /// The path of the file that the model was loaded from; nil if there is none.
  package private(set) var path: FilePath?
  /// How another process loads the model; nil for one that was made in memory.
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

  /// The model inside the program: good for one clear subject, weaker in crowded scenes.
  public static func builtIn() throws(Failure) -> Model {
    try asFailure {
      let bytes = UnsafeRawBufferPointer(start: u2cl_default_model_bytes(), count: u2cl_default_model_size())
      var model = try Model(MappedFile(name: builtInName, staticMemory: bytes))
      model.source = .builtIn
      return model
    }
  }

  /// The name of the built-in model.
  package static let builtInName = "u2cl-default"

  /// The size of the built-in model, in bytes.
  static var builtInByteCount: Int { u2cl_default_model_size() }

  /// Loads a model by name (`u2netp` if it is installed, or `u2cl-default`) or from a file (`.onnx`, `.pth` or
  /// `.safetensors`). `ModelStore.pull` installs a model.
  ///
  /// - Throws: `Failure` if there is no such model, or if its file is damaged.
  public init(_ nameOrFile: String) throws(Failure) {
    try self.init(FilePath(nameOrFile))
  }

  /// Loads a model by name or from a file, whose path may hold any bytes.
  ///
  /// - Throws: `Failure` if there is no such model, or if its file is damaged.
  public init(_ nameOrFile: FilePath) throws(Failure) {
    let store = ModelStore()
    // Names of models are text.
    guard let name = String(validating: nameOrFile.bytes, as: UTF8.self) else {
      try self.init(fileAt: nameOrFile)
      return
    }
    guard name != Self.builtInName || store.find(name) != nil else {
      self = try Self.builtIn()
      return
    }
    try self.init(fileAt: FilePath(store.locate(name)))
  }

  private init(fileAt path: FilePath) throws(Failure) {
    self = try asFailure { try Model(MappedFile(path: path)) }
    self.path = path
    source = .file(pathBytes: path.bytes)
  }

  /// U²-Net (`full`) or U²-Net† with weights from a seed: for measuring speed; the masks are meaningless.
  package static func seeded(full: Bool) throws(Failure) -> Model {
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
  /// Loads the model from where another process loaded it.
  package init(_ source: ModelSource) throws(Failure) {
    switch source {
    case .builtIn: self = try .builtIn()
    case .seeded(let full): self = try .seeded(full: full)
    case .file(let bytes): try self.init(fileAt: FilePath(bytes: bytes))
    }
  }

  /// What tells the model from others without reading its file: the path, size and time of the file, or the name.
  package var identity: String {
    guard let path, let status = try? FileStatus(of: path) else { return "\(u2clVersion) \(name)" }
    return "\(path) \(status.byteCount) \(status.modified.seconds).\(status.modified.nanoseconds)"
  }
}

extension Model {
  /// Loads a file of any format.
  private init(_ file: MappedFile) throws {
    switch try CheckpointFile.open(file) {
    case .checkpoint(let checkpoint): try self.init(checkpoint)
    case .onnx(let model): try self.init(model)
    }
  }

  /// Recognizes a graph by the name of its file, or else by what it computes. An input size that the file states is
  /// kept.
  private init(_ model: ONNXModel) throws {
    var profile = ModelProfile()
    let file = model.parameters.file.name
    if let published = ModelProfile(published: FilePath(file).stem.string) {
      profile = published
    } else if let known = try? model.identified() {
      profile = ModelProfile(assumedFor: known.table)
    }
    if let size = model.inputSize { profile.inputSize = size }
    // What the file does itself is not done twice.
    if let own = model.inputNormalization, own.mean.count == 3 {
      profile.normalization = Normalization(
        mean: own.mean, standardDeviation: own.standardDeviation, scaling: own.dividesByMaximum ? .maximum : .full)
    }
    self.init(
      name: FilePath(file).stem.string, origin: file, network: model, parameters: model.parameters, profile: profile)
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
      for: ModelProfile(published: FilePath(file).stem.string) ?? ModelProfile(assumedFor: table))
    table.form = try metadata.form() ?? (profile.task == .parsing ? .logits : .probabilities)
    self.init(name: FilePath(file).stem.string, origin: file, network: table, parameters: checkpoint, profile: profile)
  }

  /// The SHA-256 of the file that the model was loaded from, in hexadecimal; nil if there is none.
  package var digest: String? {
    guard let path else { return nil }
    return try? MappedFile(path: path).digest
  }

  /// Runs `body`. If the weights do not fit the network, the failure names their file.
  package static func naming<Result>(_ origin: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch {
      guard error is ParameterError || error is GraphError || error is MissingParameter else { throw error }
      throw Failure(.model, "\(origin): \(error)")
    }
  }
}

extension MappedFile {
  /// The SHA-256 of the bytes, in hexadecimal.
  var digest: String {
    withUnsafeBytes { SHA256.digest(of: $0) }.hexadecimal
  }
}
