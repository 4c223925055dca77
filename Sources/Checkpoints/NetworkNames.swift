import Networks
import Tensors

/// Finds a network's tensors under the prefixes that wrappers and training frameworks put before their names.
///
/// `torch.compile` adds `_orig_mod.`, DataParallel `module.`, and a network that is an attribute of another object has
/// that attribute's name before its own, such as Lightning's `model.`; beside it can be other tensors, such as those of
/// a loss.
enum NetworkNames {
  /// Prefixes that are dropped from tensors of any network, if all names begin with them.
  private static let wrappers: Set<String> = ["module", "_orig_mod", "model", "net", "network"]
  /// Words for averages of weights over the training, which are used only if there is nothing else.
  private static let averages = ["ema", "swa", "averag", "shadow"]
  /// The most prefixes of one name, one within the other.
  private static let deepest = 6
  /// The ends of names that every known network has.
  private static let marker = "stage1.rebnconvin.conv_s1.weight"

  /// The tensors of the network. If no prefix makes the names those of a known network, the tensors stay as they are,
  /// without the prefixes of common wrappers.
  ///
  /// - Throws: `FormatError` if there are several networks and nothing tells which is meant.
  static func unwrapped<Entry>(_ entries: [String: Entry], of shape: (Entry) -> Shape) throws -> [String: Entry] {
    let entries = withoutCommonWrappers(withoutCompiled(entries))
    guard !isKnown(entries, of: shape) else { return entries }
    let prefixes = Set(entries.keys.filter { $0.hasSuffix("." + marker) }.map { String($0.dropLast(marker.count)) })
    let networks = prefixes.sorted().prefix(64).compactMap { prefix -> (prefix: String, entries: [String: Entry])? in
      let inner = entries.filter { $0.key.hasPrefix(prefix) }
      let named = Dictionary(uniqueKeysWithValues: inner.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
      return isKnown(named, of: shape) ? (prefix, named) : nil
    }
    let plain = networks.filter { !isAverage($0.prefix) }
    let choice = plain.isEmpty ? networks : plain
    guard choice.count <= 1 else {
      throw FormatError.unsupported(
        "holds several networks, under \(choice.map { "'\($0.prefix)'" }.joined(separator: ", ")); "
          + "save one of them alone")
    }
    return choice.first?.entries ?? entries
  }

  /// Whether a name or a path is that of an average of weights.
  static func isAverage(_ name: String) -> Bool {
    let name = name.lowercased()
    return averages.contains { average in
      name.split(whereSeparator: { "._/ ".contains($0) }).contains { $0.hasPrefix(average) || $0.hasSuffix(average) }
    }
  }

  /// Whether the tensors have the official names of a known network.
  static func isKnown<Entry>(_ entries: [String: Entry], of shape: (Entry) -> Shape) -> Bool {
    guard entries[marker] != nil else { return false }
    return KnownNetworks.recognize(Shapes(shapes: entries.mapValues(shape))) != nil
  }

  /// The tensors without the `_orig_mod.` of parts that were compiled.
  private static func withoutCompiled<Entry>(_ entries: [String: Entry]) -> [String: Entry] {
    let infix = "_orig_mod"
    guard entries.keys.contains(where: { $0.contains(infix) }) else { return entries }
    var renamed: [String: Entry] = [:]
    for (name, entry) in entries {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false).filter { $0 != infix }
      guard renamed.updateValue(entry, forKey: parts.joined(separator: ".")) == nil else { return entries }
    }
    return renamed
  }

  private static func withoutCommonWrappers<Entry>(_ entries: [String: Entry]) -> [String: Entry] {
    var entries = entries
    for _ in 0..<deepest {
      guard let first = entries.keys.first?.split(separator: ".", maxSplits: 1).first.map(String.init),
        wrappers.contains(first), entries.keys.allSatisfy({ $0.hasPrefix(first + ".") })
      else { break }
      entries = Dictionary(
        uniqueKeysWithValues: entries.map { (String($0.key.dropFirst(first.count + 1)), $0.value) })
    }
    return entries
  }

  /// The shapes of tensors, for the search for a known network.
  private struct Shapes: ParameterSource {
    let shapes: [String: Shape]

    var names: [String] { shapes.keys.sorted() }
    func shape(of name: String) -> Shape? { shapes[name] }
    func tensor(named name: String) throws -> Tensor { throw MissingParameter(name: name) }
  }
}
