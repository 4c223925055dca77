public import Files

/// A file of weights; its format is told by its content and not by its name.
public enum CheckpointFile: Sendable {
  /// Named tensors for a known network: `.safetensors`, `.pth`.
  case checkpoint(Checkpoint)
  /// A network with its weights: `.onnx`.
  case onnx(ONNXModel)

  /// Opens a file, which stays mapped.
  ///
  /// - Throws: `CheckpointError`.
  public static func open(_ path: FilePath) throws -> CheckpointFile { try open(MappedFile(path: path)) }

  /// Opens a file, which stays mapped.
  ///
  /// - Throws: `CheckpointError`.
  public static func open(_ path: String) throws -> CheckpointFile { try open(FilePath(path)) }

  /// Opens bytes in memory; `name` is what errors call them.
  ///
  /// - Throws: `CheckpointError`.
  public static func open(bytes: [UInt8], name: String) throws -> CheckpointFile {
    try open(MappedFile(name: name, bytes: bytes))
  }

  /// Opens the bytes of a mapped file or of memory.
  ///
  /// - Throws: `CheckpointError`.
  public static func open(_ file: MappedFile) throws -> CheckpointFile {
    guard file.count > 0 else {
      throw CheckpointError(.empty, file: file.name, reason: "is empty; download it again")
    }
    if file.withUnsafeBytes(SafetensorsReader.recognizes) {
      return .checkpoint(try SafetensorsReader.read(file))
    }
    if file.withUnsafeBytes(ZipDirectory.recognizes) {
      return .checkpoint(try PyTorchZipReader.read(file))
    }
    if file.withUnsafeBytes(PyTorchLegacyReader.recognizes) {
      return .checkpoint(try PyTorchLegacyReader.read(file))
    }
    if file.withUnsafeBytes(ONNXModel.recognizes) {
      return .onnx(try ONNXModel(file))
    }
    if file.withUnsafeBytes({ $0.count > 8 && $0[8] == UInt8(ascii: "{") }) {
      // Not a readable file, but the reader of safetensors says best why.
      return .checkpoint(try SafetensorsReader.read(file))
    }
    throw CheckpointError(
      .unrecognized, file: file.name, reason: "is not .safetensors, .pth or .onnx; name a file of weights")
  }
}
