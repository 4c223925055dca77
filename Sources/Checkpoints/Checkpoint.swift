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

  /// A checkpoint of checked entries. If every name begins with `module.` (PyTorch's DataParallel), that prefix is
  /// dropped, except for ONNX, whose nodes refer to the names.
  init(format: Format, file: MappedFile, metadata: [String: String], entries: [String: StoredTensor]) {
    self.format = format
    self.file = file
    self.metadata = metadata
    let prefix = "module."
    if format != .onnx, !entries.isEmpty, entries.keys.allSatisfy({ $0.hasPrefix(prefix) }) {
      self.entries = Dictionary(
        uniqueKeysWithValues: entries.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    } else {
      self.entries = entries
    }
  }

  /// The names of all tensors, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// The shape of a tensor; nil if there is none of that name.
  public func shape(of name: String) -> Shape? { entries[name]?.shape }

  /// A tensor, converted to float32. The file's own bytes of it do not stay in memory.
  ///
  /// - Throws: `MissingParameter` if there is no tensor of that name; `CheckpointError` if its type cannot be
  ///   converted.
  public func tensor(named name: String) throws -> Tensor {
    guard let entry = entries[name] else { throw MissingParameter(name: name) }
    defer { if let location = entry.location { file.release(location) } }
    guard let tensor = file.withUnsafeBytes({ entry.widened(from: $0) }) else {
      throw CheckpointError(
        .unsupported, file: file.name, place: "tensor '\(name)'",
        reason: "its type \(entry.elementType) cannot be read; save it as F32, F16 or BF16")
    }
    return tensor
  }
}
