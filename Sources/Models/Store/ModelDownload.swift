import Downloads
import Files

/// The file that a pull shall install, and where it comes from.
struct ModelDownload {
  /// The name of the file in the store.
  let fileName: String
  let byteCount: Int?
  /// The checksum that the file must have; the strongest if there are several.
  let checksum: Checksum
  /// The other checksums that the file must have.
  let others: [Checksum]
  let source: DownloadSource

  /// Whether the file at a path is the one that is wanted.
  func isInPlace(_ path: String) -> Bool {
    guard let size = ModelStore.byteCount(of: path), size == byteCount ?? size else { return false }
    return ([checksum] + others).allSatisfy { $0.matches(fileAt: FilePath(path)) }
  }

  func download(to path: String, _ limits: TransferLimits) -> VerifiedDownload {
    VerifiedDownload(to: path, checksum, and: others, byteCount: byteCount, limits: limits)
  }
}

extension ModelStore {
  /// Decides which file a pull installs, and where it comes from.
  ///
  /// - Throws: `Failure` if the file could not be verified, or if there is no address for it.
  func order(_ name: String, from source: String?, sha256: String?) throws(Failure) -> ModelDownload {
    guard name != Model.builtInName else {
      throw Failure(.usage, "\(name) is part of u2cl; there is nothing to pull")
    }
    let given = try sha256.map { digits throws(Failure) in
      guard let checksum = Checksum(.sha256, digits) else {
        throw Failure(.usage, "'\(digits)' is not a SHA-256, which has 64 hexadecimal digits")
      }
      return checksum
    }
    let file = try file(of: name, from: source, given)
    let checksums = [given, file.checksum].compactMap { $0 }
    guard let checksum = checksums.first(where: { $0.algorithm == .sha256 }) ?? checksums.first else {
      throw Self.unverifiable(name, file.page)
    }
    guard let from = source ?? mirror.map({ $0.hasSuffix("/") ? $0 : "\($0)/" }) ?? file.address else {
      throw Failure(
        .usage, "\(name) has no direct link; download it from \(file.page)", remedy: .pullFromFile(name: name))
    }
    return ModelDownload(
      fileName: file.name, byteCount: file.byteCount, checksum: checksum,
      others: checksums.filter { $0 != checksum },
      source: try asFailure { try DownloadSource(from, fileName: file.name) })
  }

  /// The file of a published model in the format of the source, or a file that is not published.
  private func file(of name: String, from source: String?, _ given: Checksum?) throws(Failure) -> PublishedFile {
    let format = source.flatMap(Self.format)
    if let model = publishedModel(name), let first = model.files.first {
      return model.files.first { Self.format($0.name) == format } ?? first
    }
    guard Self.isName(name) else {
      throw Failure(.usage, "'\(name)' cannot be the name of a model; use letters, digits, '-', '_' and '.'")
    }
    guard source != nil, given != nil else {
      let names = published.map(\.name).joined(separator: ", ")
      throw Failure(.model, "'\(name)' is not a published model (\(names))", remedy: .nameSourceAndChecksum)
    }
    guard let format else {
      throw Failure(
        .usage, "'\(source ?? "")' does not end in \(Self.extensions.map { ".\($0)" }.joined(separator: ", "))")
    }
    return PublishedFile(name: "\(name).\(format)", page: "", checksum: nil)
  }

  static func unverifiable(_ name: String, _ page: String) -> Failure {
    Failure(
      .usage, "nobody publishes a checksum of \(name); download it from \(page) and check that it is what you want",
      remedy: .pullInspectedFile(name: name))
  }

  /// The extension of a file's name or of an address's path, if it is that of a model.
  private static func format(_ source: String) -> String? {
    let path = source.prefix { $0 != "?" && $0 != "#" }.lowercased()
    return extensions.first { path.hasSuffix(".\($0)") }
  }

  /// Whether a text can be the name of a model.
  private static func isName(_ text: String) -> Bool {
    !text.hasPrefix(".") && !text.isEmpty && text.utf8.count <= 100
      && text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0) }
  }
}
