import Tensors

/// The named tensors of a PyTorch checkpoint.
///
/// Training scripts save them beside other things, or in a dictionary within a dictionary. Of several dictionaries of
/// tensors, this is the order of preference: the one that is a known network; one that is not an average of weights
/// over the training (EMA, SWA); the one with the most usual name (`wrappers`). If that leaves several, the file is
/// refused.
struct PickledStateDict {
  /// The keys under which training scripts store the weights, the most usual first.
  private static let wrappers = [
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "params", "weights", "module",
  ]
  /// Words in the keys of what is not a network, such as Lightning's `optimizer_states` and `callbacks`.
  private static let others = [
    "optim", "scheduler", "callback", "loop", "hyper", "scaler", "rng", "metric", "_metadata",
  ]
  /// The deepest dictionary that is searched: {"a": {"b": {"state_dict": …}}}.
  private static let deepest = 4
  /// The most dictionaries that are searched.
  private static let mostDictionaries = 4096

  let tensors: [String: PickledTensor]

  /// A dictionary of tensors.
  private struct Candidate {
    /// The keys that lead to it, joined by dots.
    let path: String
    /// Its place among the most usual keys; their number for any other key.
    let rank: Int
    let tensors: [String: PickledTensor]
  }

  /// Finds the tensors in what `machine` built.
  ///
  /// - Throws: `FormatError` if there are no named tensors, or if there are several dictionaries of them and nothing
  ///   tells which is the network.
  init(_ root: PickleValue, in machine: Unpickler) throws {
    var candidates = Self.candidates(in: root, of: machine)
    func narrow(_ condition: (Candidate) -> Bool) {
      let kept = candidates.filter(condition)
      if !kept.isEmpty { candidates = kept }
    }
    if candidates.count > 1 {
      narrow { candidate in
        let names = try? NetworkNames.unwrapped(candidate.tensors) { Shape($0.dimensions) }
        return names.map { NetworkNames.isKnown($0) { Shape($0.dimensions) } } ?? true
      }
      narrow { !NetworkNames.isAverage($0.path) }
      let best = candidates.map(\.rank).min() ?? 0
      narrow { $0.rank == best }
    }
    guard let first = candidates.first else {
      throw FormatError.unsupported("holds no dictionary of tensors; save the network's state_dict")
    }
    guard candidates.count == 1 else {
      let keys = candidates.prefix(8).map { "'\($0.path)'" }.joined(separator: ", ")
      throw FormatError.unsupported("holds several dictionaries of tensors, \(keys); save one of them alone")
    }
    tensors = first.tensors
  }

  private static func candidates(in root: PickleValue, of machine: Unpickler) -> [Candidate] {
    var found: [Candidate] = []
    var seen = Set<Int>()
    var pending: [(value: PickleValue, path: [String])] = [(root, [])]
    while let (value, path) = pending.popLast(), seen.count < mostDictionaries {
      guard case .dictionary(let index) = value, seen.insert(index).inserted else { continue }
      var tensors: [String: PickledTensor] = [:]
      for case (.string(let name), let value) in machine.dictionaries[index] {
        switch value {
        case .tensor(let tensor): tensors[name] = machine.tensors[tensor]
        case .dictionary where path.count < deepest && !isOther(name): pending.append((value, path + [name]))
        default: break
        }
      }
      guard !tensors.isEmpty else { continue }
      // Tensors beside `state_dict` count as much as those under an unusual key.
      let rank = path.compactMap { wrappers.firstIndex(of: $0.lowercased()) }.min() ?? wrappers.count
      found.append(
        Candidate(path: path.joined(separator: "."), rank: path.isEmpty ? wrappers.count : rank, tensors: tensors))
    }
    return found.sorted { ($0.rank, $0.path) < ($1.rank, $1.path) }
  }

  private static func isOther(_ name: String) -> Bool {
    let name = name.lowercased()
    return others.contains { name.contains($0) }
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
