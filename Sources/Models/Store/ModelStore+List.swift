import Downloads
import Files

extension ModelStore {
  /// The built-in model, the published models, and every other model in the store's folders.
  public func models() -> [StoredModel] {
    let own = names().filter { name in publishedModel(name) == nil }.map { name in
      let path = installedFile(name)
      return StoredModel(
        name: name, state: .installed, path: path, byteCount: path.flatMap(Self.byteCount), licence: nil, purpose: nil,
        leftover: 0)
    }
    return [Self.builtIn] + published.map(stored) + own
  }

  private static var builtIn: StoredModel {
    StoredModel(
      name: Model.builtInName, state: .builtIn, path: nil, byteCount: Model.builtInByteCount, licence: "Apache-2.0",
      purpose: "what stands out, where it is one clear subject", leftover: 0)
  }

  private func stored(_ model: PublishedModel) -> StoredModel {
    let path = installedFile(model.name)
    let leftover = model.files.flatMap { remnants(of: $0.name) }.filter { $0.hasSuffix(".part") }
    return StoredModel(
      name: model.name, state: path == nil ? .absent : .installed, path: path,
      byteCount: path.flatMap(Self.byteCount) ?? model.files.first?.byteCount, licence: model.licence,
      purpose: model.purpose, leftover: leftover.compactMap(Self.byteCount).max() ?? 0)
  }

  /// The names of the installed models, in the order of the folders.
  private func names() -> [String] {
    var seen: Set<String> = []
    return folders.flatMap { Self.modelFiles(in: $0) }.map { FilePath($0).stem.string }.filter {
      seen.insert($0).inserted
    }
  }

  /// The paths of the parts that pulls of a file have left or are writing.
  func remnants(of fileName: String) -> [String] {
    Self.entries(of: folder).filter { VerifiedDownload.isRemnant($0, of: fileName) }.map { "\(folder)/\($0)" }
  }

  /// The names of a folder's model files, sorted.
  static func modelFiles(in folder: String) -> [String] {
    entries(of: folder).filter { name in
      !name.hasPrefix(".") && extensions.contains { name.hasSuffix(".\($0)") } && isFile("\(folder)/\(name)")
    }
  }

  private static func entries(of folder: String) -> [String] {
    ((try? Folder.names(in: FilePath(folder))) ?? []).map(\.string)
  }
}
