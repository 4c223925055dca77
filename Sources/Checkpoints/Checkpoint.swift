public import Tensors

/// The named tensors of a file of weights, which stays mapped. A tensor is converted to float32 when it is read.
public struct Checkpoint: ParameterSource {
  /// The formats of files of weights.
  public enum Format: String, Hashable, Sendable {
    /// The safetensors format of Hugging Face.
    case safetensors
    /// A PyTorch file since version 1.6: a zip archive.
    case pyTorchZip = "PyTorch (zip)"
    /// A PyTorch file before version 1.6: a sequence of pickles.
    case pyTorchLegacy = "PyTorch (before 1.6)"
    /// An ONNX model, whose initializers are the tensors.
    case onnx = "ONNX"
  }

  /// The format of the file.
  public let format: Format
  /// The bytes of the file.
  public let file: MappedFile
  /// The file's own metadata, such as `__metadata__` of safetensors.
  public let metadata: [String: String]
  /// Every tensor, by name.
  public let entries: [String: StoredTensor]

  /// The files beside an ONNX model that hold its tensors; empty for every other file.
  public let externalFiles: [MappedFile]
  /// Tensors that are computed from the file's, such as weights without quantization.
  let derived: [String: StoredTensor]

  /// A checkpoint of checked entries, without the prefixes that wrappers put before names. The names of ONNX stay as
  /// they are, because its nodes refer to them.
  ///
  /// - Throws: `CheckpointError` if there are several networks under different prefixes.
  init(format: Format, file: MappedFile, metadata: [String: String], entries: [String: StoredTensor]) throws {
    do { self.entries = try NetworkNames.unwrapped(entries, of: { $0.shape }) } catch let error as FormatError {
      throw error.inFile(file.name, place: nil)
    }
    (self.format, self.file, self.metadata) = (format, file, metadata)
    (externalFiles, derived) = ([], [:])
  }

  /// The checked tensors of an ONNX model.
  init(
    onnx file: MappedFile, metadata: [String: String], entries: [String: StoredTensor], externalFiles: [MappedFile],
    derived: [String: StoredTensor] = [:]
  ) {
    format = .onnx
    (self.file, self.metadata, self.entries) = (file, metadata, entries)
    (self.externalFiles, self.derived) = (externalFiles, derived)
  }

  /// The same checkpoint with tensors that are computed from its own.
  func deriving(_ tensors: [String: StoredTensor]) -> Checkpoint {
    Checkpoint(onnx: file, metadata: metadata, entries: entries, externalFiles: externalFiles, derived: tensors)
  }

  /// The names of all tensors, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// The shape of a tensor; nil if there is none of that name.
  public func shape(of name: String) -> Shape? { (entries[name] ?? derived[name])?.shape }

  /// A tensor, converted to float32. The file's own bytes of it do not stay in memory.
  ///
  /// - Throws: `MissingParameter` if there is no tensor of that name; `CheckpointError` if its type cannot be
  ///   converted.
  public func tensor(named name: String) throws -> Tensor {
    guard let entry = entries[name] ?? derived[name] else { throw MissingParameter(name: name) }
    return try tensor(entry, named: name)
  }

  /// A tensor, converted to float32.
  func tensor(_ entry: StoredTensor, named name: String) throws -> Tensor {
    let file = entry.source == 0 ? file : externalFiles[entry.source - 1]
    defer { if let location = entry.location { file.release(location) } }
    guard let tensor = file.withUnsafeBytes({ entry.widened(from: $0) }) else {
      throw CheckpointError(
        .unsupported, file: file.name, place: "tensor '\(name)'",
        reason: "its type \(entry.elementType) cannot be read; save it as F32, F16 or BF16")
    }
    return tensor
  }
}
