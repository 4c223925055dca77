public import Downloads
import Files
public import Host

/// The folders of installed models, and the table of published models.
public struct ModelStore: Sendable {
  /// The folder that models are installed into; created with the first model.
  public let folder: String
  /// Other folders that are searched and never written: rembg's folder.
  public let otherFolders: [String]
  /// The address or folder that published files are downloaded from instead of their own addresses; the name of the
  /// file is appended.
  public var mirror: String?
  /// Time-outs and other limits of a download.
  public var limits = TransferLimits()
  /// The models that can be pulled by name.
  public let published: [PublishedModel]

  /// The extensions of model files; if a model has several files, the first extension wins.
  static let extensions = ["safetensors", "onnx", "pth"]

  /// Creates a store.
  public init(
    folder: String, otherFolders: [String] = [], mirror: String? = nil, published: [PublishedModel] = PublishedModel.all
  ) {
    self.folder = folder
    self.otherFolders = otherFolders
    self.mirror = mirror
    self.published = published
  }

  /// The user's store: the folder `U2CL_MODELS`, or else `u2cl/models` in the XDG data directory.
  ///
  /// rembg's folder is searched, too: `U2NET_HOME`, or else `.u2net` in `XDG_DATA_HOME` or the home folder.
  /// `U2CL_MIRROR` is the mirror.
  public init(environment: [String: String] = Host.environment) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let home = value("HOME") ?? "."
    // The XDG Base Directory Specification ignores paths that are not absolute.
    let data = value("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    self.init(
      folder: value("U2CL_MODELS") ?? "\(data ?? "\(home)/.local/share")/u2cl/models",
      otherFolders: [value("U2NET_HOME") ?? "\(data ?? home)/.u2net"], mirror: value("U2CL_MIRROR"))
  }

  /// Every folder that is searched, in order.
  public var folders: [String] { [folder] + otherFolders }

  /// The published model with a name.
  func publishedModel(_ name: String) -> PublishedModel? { published.first { $0.name == name } }
}

extension ModelStore {
  /// The file of a model, by the model's name or by a path.
  ///
  /// - Throws: `Failure` if there is no such model; the remedy says how to get it.
  public func locate(_ model: String) throws(Failure) -> String {
    if let path = find(model) { return path }
    guard publishedModel(model) == nil else { throw absent(model) }
    let names = published.map(\.name).joined(separator: ", ")
    throw Failure(
      .model, "'\(model)' is neither a file nor a published model (\(names))", remedy: .chooseModel)
  }

  /// The failure of a published model that is not installed.
  private func absent(_ name: String) -> Failure {
    let byteCount = publishedModel(name)?.files.first?.byteCount
    return Failure(
      .model, "model '\(name)' is not installed", remedy: .installModel(name: name, byteCount: byteCount))
  }

  /// The file of a model, by the model's name or by a path; nil for a name under which nothing is installed.
  public func find(_ model: String) -> String? {
    if Self.isFile(model) || model.contains("/") || Self.isModelFileName(model) { return model }
    if let path = installedFile(model) { return path }
    // The path of a folder: opening it will report that.
    return FilePath(model).exists && publishedModel(model) == nil ? model : nil
  }

  /// Whether this is the name of a published model that is not installed.
  public func canPull(_ name: String) -> Bool { publishedModel(name) != nil && find(name) == nil }

  /// The path of an installed model.
  ///
  /// - Throws: `Failure` if the model is not installed; the remedy says how to get it.
  public func path(of name: String) throws(Failure) -> String {
    if let path = installedFile(name) { return path }
    throw publishedModel(name) == nil ? notInstalled(name) : absent(name)
  }

  /// The path of an installed model; nil if it is not installed.
  func installedFile(_ name: String) -> String? {
    guard !name.contains("/") else { return nil }
    for folder in folders {
      for suffix in Self.extensions where Self.isFile("\(folder)/\(name).\(suffix)") {
        return "\(folder)/\(name).\(suffix)"
      }
    }
    return nil
  }

  /// Whether a name has the extension of a model file.
  static func isModelFileName(_ name: String) -> Bool {
    extensions.contains { name.lowercased().hasSuffix(".\($0)") }
  }

  /// Whether a path exists and is not a folder.
  static func isFile(_ path: String) -> Bool {
    let path = FilePath(path)
    return path.exists && !path.isFolder
  }

  /// The size of a file in bytes, links followed; nil if there is no file.
  static func byteCount(of path: String) -> Int? { FilePath(path).byteCount() }
}
