internal import Checkpoints
public import Tensors

/// Golden vectors: every tensor of a `.safetensors` file.
public enum Golden {
  /// The tensors of a file in the shared folder, such as `golden/u2netp_random_97x131.safetensors`.
  public static func load(_ relative: String) throws -> [String: Tensor] {
    try load(path: SharedFiles.path(relative))
  }

  /// The tensors of a file of weights in any format but ONNX.
  public static func load(path: String) throws -> [String: Tensor] {
    guard case .checkpoint(let checkpoint) = try CheckpointFile.open(path) else { return [:] }
    return Dictionary(uniqueKeysWithValues: try checkpoint.names.map { ($0, try checkpoint.tensor(named: $0)) })
  }
}
