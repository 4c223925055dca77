import FoundationEssentials

/// The folders where models lie, and what is known of those that others publish.
enum ModelStore {
  /// A published model.
  struct Entry: Sendable {
    let name: String
    /// Where its authors or rembg offer it; nil where there is no plain link.
    let source: String?
  }

  private static let release = "https://github.com/danielgatis/rembg/releases/download/v0.0.0/"

  /// The models that can be asked for by name.
  static let known: [Entry] = [
    "u2netp", "u2net", "u2net_human_seg", "silueta",
  ].map { Entry(name: $0, source: "\(release)\($0).onnx") }

  private static let extensions = ["safetensors", "onnx", "pth"]

  /// Where a model that is asked for by name is looked for, first to last.
  static func folders(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> [String] {
    let home = environment["HOME"] ?? "."
    let data = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(home)/.local/share"
    let own = environment["U2CL_MODELS"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(data)/u2cl/models"
    let rembg = environment["U2NET_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(home)/.u2net"
    return [own, rembg]
  }

  /// The file of a model's name, or of a path.
  ///
  /// - Throws: `Failure` that says how to get the model.
  static func locate(_ model: String) throws(Failure) -> String {
    if isFile(model) || model.contains("/") { return model }
    if extensions.contains(where: { model.lowercased().hasSuffix(".\($0)") }) { return model }
    for folder in folders() {
      for suffix in extensions where isFile("\(folder)/\(model).\(suffix)") {
        return "\(folder)/\(model).\(suffix)"
      }
    }
    // A folder of that name: whoever opens it will say so.
    if FileManager.default.fileExists(atPath: model), !known.contains(where: { $0.name == model }) { return model }
    guard let entry = known.first(where: { $0.name == model }) else {
      let names = known.map(\.name).joined(separator: ", ")
      throw Failure(.model, "'\(model)' is neither a file nor a model that is known (\(names)); check --model")
    }
    let source = entry.source.map { "fetch \($0) into" } ?? "put its file into"
    throw Failure(
      .model, "model '\(model)' is not installed: \(source) \(folders()[0]), or name a file with --model FILE")
  }

  /// Whether there is something that is no folder.
  private static func isFile(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder
  }
}
