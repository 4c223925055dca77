public import Tensors

/// Tensors by name in a file that stays mapped; each is widened to float32 when it is asked for.
public struct Checkpoint: ParameterSource {
  /// How the file is written.
  public enum Format: String, Hashable, Sendable {
    /// Hugging Face's safetensors.
    case safetensors
    /// PyTorch 1.6 and later: a zip archive.
    case pyTorchZip = "PyTorch (zip)"
    /// PyTorch before 1.6: a stream of pickles.
    case pyTorchLegacy = "PyTorch (before 1.6)"
    /// The initializers of an ONNX model.
    case onnx = "ONNX"
  }

  /// How the file is written.
  public let format: Format
  /// The bytes.
  public let file: MappedFile
  /// What the file says about itself, such as safetensors' `__metadata__`.
  public let metadata: [String: String]
  /// Every tensor, by name.
  public let entries: [String: StoredTensor]

  /// A checkpoint of checked entries; a `module.` that every name begins with (PyTorch's DataParallel) is dropped, but
  /// not from ONNX, whose nodes refer to the names.
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

  /// Every name, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// The shape of a tensor, or nil where there is none of that name.
  public func shape(of name: String) -> Shape? { entries[name]?.shape }

  /// The tensor of that name, widened to float32; the file's own bytes do not stay in memory.
  ///
  /// - Throws: `MissingParameter` where there is none; `CheckpointError` where its type cannot be widened.
  public func tensor(named name: String) throws -> Tensor {
    guard let entry = entries[name] else { throw MissingParameter(name: name) }
    defer { if let location = entry.location { file.release(location) } }
    guard let tensor = file.withUnsafeBytes({ entry.widened(from: $0) }) else {
      throw CheckpointError(
        .unsupported, file: file.name, place: "tensor '\(name)'",
        reason: "its type \(entry.elementType) cannot be read; store it as F32, F16 or BF16")
    }
    return tensor
  }
}
