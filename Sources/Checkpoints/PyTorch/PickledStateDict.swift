import Tensors

/// The named tensors of a PyTorch checkpoint.
struct PickledStateDict {
  /// The keys under which training scripts store the weights.
  private static let wrappers = ["state_dict", "model_state_dict", "model"]

  let tensors: [String: PickledTensor]

  /// Finds the tensors in what `machine` built, also in a dictionary within a dictionary.
  ///
  /// - Throws: `FormatError` if there are no named tensors.
  init(_ root: PickleValue, in machine: Unpickler) throws {
    var node = root
    // Wrapped at most twice: {"model": {"state_dict": …}}.
    for _ in 0...Self.wrappers.count {
      guard case .dictionary(let index) = node else { break }
      var tensors: [String: PickledTensor] = [:]
      var wrapped: [String: PickleValue] = [:]
      for case (.string(let name), let value) in machine.dictionaries[index] {
        switch value {
        case .tensor(let tensor): tensors[name] = machine.tensors[tensor]
        case .dictionary: wrapped[name] = value
        default: break
        }
      }
      if let inner = Self.wrappers.lazy.compactMap({ wrapped[$0] }).first {
        node = inner
      } else if !tensors.isEmpty {
        self.tensors = tensors
        return
      } else {
        break
      }
    }
    throw FormatError.unsupported("holds no dictionary of tensors; save the network's state_dict")
  }
}

extension PickledTensor {
  /// The tensor in the file, where its storage begins at byte `start`.
  func stored(at start: Int) -> StoredTensor {
    let size = storage.elementType.byteCount ?? 0
    let isEmpty = dimensions.contains(0)
    let last = isEmpty ? 0 : zip(dimensions, strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 } + 1
    let first = start + offset * size
    return StoredTensor(
      elementType: storage.elementType, shape: Shape(dimensions), location: first..<first + last * size,
      strides: strides)
  }
}
