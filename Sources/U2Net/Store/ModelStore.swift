import Caches
public import Downloads
public import FoundationEssentials

/// The folders where models lie, and what is known of those that others publish.
public struct ModelStore: Sendable {
  /// Where models are installed; made when the first one is.
  public let folder: String
  /// Where they are looked for too, and never written: rembg's folder.
  public let otherFolders: [String]
  /// Where published files are fetched instead of where their authors offer them: an address, or a folder, to which their
  /// names are added.
  public var mirror: String?
  /// What a transfer may take.
  public var limits = TransferLimits()
  /// The models that can be asked for by name.
  public let published: [PublishedModel]

  /// The formats of models, by the ends of their names; of two files of one name, the first is taken.
  static let extensions = ["safetensors", "onnx", "pth"]

  /// A store in a folder.
  public init(
    folder: String, otherFolders: [String] = [], mirror: String? = nil, published: [PublishedModel] = PublishedModel.all
  ) {
    self.folder = folder
    self.otherFolders = otherFolders
    self.mirror = mirror
    self.published = published
  }

  /// The user's store: `U2CL_MODELS`, or else `u2cl/models` in the XDG data directory; rembg's folder (`U2NET_HOME`, or
  /// `.u2net` in `XDG_DATA_HOME` or the home folder) is looked into as well. `U2CL_MIRROR` is the mirror.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let home = value("HOME") ?? "."
    // What is not absolute there does not count, says the XDG Base Directory Specification.
    let data = value("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    self.init(
      folder: value("U2CL_MODELS") ?? "\(data ?? "\(home)/.local/share")/u2cl/models",
      otherFolders: [value("U2NET_HOME") ?? "\(data ?? home)/.u2net"], mirror: value("U2CL_MIRROR"))
  }

  /// Every folder that is looked into, first to last.
  public var folders: [String] { [folder] + otherFolders }

  /// What is known of a model.
  func publishedModel(_ name: String) -> PublishedModel? { published.first { $0.name == name } }
}

extension ModelStore {
  /// The file of a model's name, or of a path.
  ///
  /// - Throws: `Failure` that says how to get the model.
  public func locate(_ model: String) throws(Failure) -> String {
    if let path = find(model) { return path }
    guard publishedModel(model) == nil else { throw absent(model) }
    let names = published.map(\.name).joined(separator: ", ")
    throw Failure(.model, "'\(model)' is neither a file nor a model that is known (\(names)); check --model")
  }

  /// What to do about a published model that is not installed.
  private func absent(_ name: String) -> Failure {
    let size = publishedModel(name)?.files.first?.byteCount.map { " (\($0.formattedSize))" } ?? ""
    return Failure(
      .model,
      "model '\(name)' is not installed: type 'u2cl models pull \(name)'\(size), add --pull, or name a file with "
        + "--model FILE")
  }

  /// The same; nil where it is only a name, known or not, of what is not installed.
  public func find(_ model: String) -> String? {
    if Self.isFile(model) || model.contains("/") || Self.isModelFileName(model) { return model }
    if let path = installedFile(model) { return path }
    // A folder of that name: whoever opens it will say so.
    return FileManager.default.fileExists(atPath: model) && publishedModel(model) == nil ? model : nil
  }

  /// Whether a name is a published model's that is not installed.
  public func canPull(_ name: String) -> Bool { publishedModel(name) != nil && find(name) == nil }

  /// The file of a model that is installed under a name.
  ///
  /// - Throws: `Failure` that says how to get it.
  public func path(of name: String) throws(Failure) -> String {
    if let path = installedFile(name) { return path }
    throw publishedModel(name) == nil ? notInstalled(name) : absent(name)
  }

  /// The file of a model that is installed under a name; nil where there is none.
  func installedFile(_ name: String) -> String? {
    guard !name.contains("/") else { return nil }
    for folder in folders {
      for suffix in Self.extensions where Self.isFile("\(folder)/\(name).\(suffix)") {
        return "\(folder)/\(name).\(suffix)"
      }
    }
    return nil
  }

  /// Whether a file's name ends as a model's does.
  static func isModelFileName(_ name: String) -> Bool {
    extensions.contains { name.lowercased().hasSuffix(".\($0)") }
  }

  /// Whether there is something that is no folder.
  static func isFile(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder
  }

  /// The size of a file in bytes, or of what a link leads to; nil where there is none.
  static func byteCount(of path: String) -> Int? { SystemFile.byteCount(of: path, followingLinks: true) }
}
