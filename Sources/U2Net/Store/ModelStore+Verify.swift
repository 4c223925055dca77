import Downloads

/// A file of the store, beside what was published of it.
public struct CheckedFile: Hashable, Sendable, Codable {
  /// What a comparison came to.
  public enum Verdict: String, Hashable, Sendable, Codable {
    /// It is the published file.
    case verified
    /// It has the name of a published file and is another.
    case differs
    /// Nothing was published that it could be compared with.
    case unknown
  }

  /// The model's name.
  public let name: String
  /// The file.
  public let path: String
  /// What the comparison came to.
  public let verdict: Verdict
  /// How the file and the published one were compared, or why they could not be.
  public let reason: String
}

extension ModelStore {
  /// Compares what is installed, in every folder, with what was published.
  ///
  /// - Parameter names: of the models that are meant; all of them unless told.
  /// - Throws: `Failure` where one of those is not installed, or where a file cannot be read.
  public func verify(_ names: [String] = []) throws(Failure) -> [CheckedFile] {
    for name in names where installedFile(name) == nil { throw notInstalled(name) }
    var checked: [CheckedFile] = []
    for folder in folders {
      for file in Self.modelFiles(in: folder) where names.isEmpty || names.contains(file.fileStem) {
        checked.append(try check("\(folder)/\(file)", file))
      }
    }
    return checked
  }

  private func check(_ path: String, _ fileName: String) throws(Failure) -> CheckedFile {
    let name = fileName.fileStem
    let file = publishedModel(name)?.files.first { $0.name == fileName }
    guard let file, let checksum = file.checksum else {
      let reason = file == nil ? "not a published file" : "no checksum is published"
      return CheckedFile(name: name, path: path, verdict: .unknown, reason: reason)
    }
    if let expected = file.byteCount, let size = Self.byteCount(of: path), size != expected {
      return CheckedFile(
        name: name, path: path, verdict: .differs, reason: "\(size) bytes, \(expected) are published")
    }
    let found = try asFailure { try Checksum.of(fileAt: path, checksum.algorithm) }
    return CheckedFile(
      name: name, path: path, verdict: found == checksum ? .verified : .differs,
      reason: found == checksum ? "\(found)" : "\(found), \(checksum.digits) is published")
  }

  func notInstalled(_ name: String) -> Failure {
    name == Model.builtInName
      ? Failure(.usage, "\(name) is part of u2cl and has no file")
      : Failure(.model, "model '\(name)' is not installed; 'u2cl models list' shows what is")
  }
}
