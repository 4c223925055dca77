import Downloads
import Files

/// An installed file, compared with the published one.
public struct CheckedFile: Hashable, Sendable, Codable {
  /// The result of a comparison.
  public enum Verdict: String, Hashable, Sendable, Codable {
    /// The file is the published one.
    case verified
    /// The file has the name of a published one but other contents.
    case differs
    /// There is no published checksum to compare with.
    case unknown
  }

  /// The name of the model.
  public let name: String
  /// The path of the file.
  public let path: String
  /// The result of the comparison.
  public let verdict: Verdict
  /// How the files were compared, or why they could not be.
  public let reason: String
}

extension ModelStore {
  /// Compares the installed files, in every folder of the store, with the published ones.
  ///
  /// - Parameter names: the names of the models to compare; empty for all of them.
  /// - Throws: `Failure` if one of these models is not installed, or if a file cannot be read.
  public func verify(_ names: [String] = []) throws(Failure) -> [CheckedFile] {
    for name in names where installedFile(name) == nil { throw notInstalled(name) }
    var checked: [CheckedFile] = []
    for folder in folders {
      for file in Self.modelFiles(in: folder) where names.isEmpty || names.contains(FilePath(file).stem.string) {
        checked.append(try check("\(folder)/\(file)", file))
      }
    }
    return checked
  }

  private func check(_ path: String, _ fileName: String) throws(Failure) -> CheckedFile {
    let name = FilePath(fileName).stem.string
    let file = publishedModel(name)?.files.first { $0.name == fileName }
    guard let file, let checksum = file.checksum else {
      let reason = file == nil ? "not a published file" : "no checksum is published"
      return CheckedFile(name: name, path: path, verdict: .unknown, reason: reason)
    }
    if let expected = file.byteCount, let size = Self.byteCount(of: path), size != expected {
      return CheckedFile(
        name: name, path: path, verdict: .differs, reason: "\(size) bytes, \(expected) are published")
    }
    let found = try asFailure { try Checksum.of(fileAt: FilePath(path), checksum.algorithm) }
    return CheckedFile(
      name: name, path: path, verdict: found == checksum ? .verified : .differs,
      reason: found == checksum ? "\(found)" : "\(found), \(checksum.digits) is published")
  }

  func notInstalled(_ name: String) -> Failure {
    name == Model.builtInName
      ? Failure(.usage, "\(name) is part of u2cl and has no file")
      : Failure(.model, "model '\(name)' is not installed", remedy: .listModels)
  }
}
