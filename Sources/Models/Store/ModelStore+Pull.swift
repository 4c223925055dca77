import Files
public import Downloads

/// The result of a pull.
public struct PulledModel: Hashable, Sendable {
  /// The name of the model.
  public let name: String
  /// The path of the file.
  public let path: String
  /// The size of the file, in bytes.
  public let byteCount: Int
  /// The checksum that the file was verified by.
  public let checksum: Checksum
  /// Whether the file was installed before, so that nothing was downloaded.
  public let wasInstalled: Bool
}

extension ModelStore {
  /// Installs a model: downloads its file, verifies it, and only then gives it its name in the store's folder.
  ///
  /// No other function of the library uses the network. The call returns when the file is installed, so make it from a
  /// thread of its own or from a detached task. Cancelling the task ends the download; what has arrived is kept for the
  /// next call.
  /// - Parameters:
  ///   - name: the name of a published model, or any name together with `source` and `sha256`.
  ///   - source: an address, a file, or a folder that has the file; an address that ends in a slash is a folder. Nil
  ///     for the mirror or, without a mirror, the published address.
  ///   - sha256: the SHA-256 that the file must have beside the published checksum, as 64 hexadecimal digits.
  ///   - replacing: whether an installed file that is not the published one may be replaced.
  ///   - report: called on this thread with what happens.
  /// - Throws: `Failure`; the store is unchanged then.
  @discardableResult
  public func pull(
    _ name: String, from source: String? = nil, sha256: String? = nil, replacing: Bool = false,
    report: @escaping (DownloadEvent) -> Void = { _ in }
  ) throws(Failure) -> PulledModel {
    let order = try order(name, from: source, sha256: sha256)
    if let path = folders.map({ "\($0)/\(order.fileName)" }).first(where: order.isInPlace) {
      return pulled(name, order, path, wasInstalled: true)
    }
    let path = "\(folder)/\(order.fileName)"
    guard replacing || !Self.isFile(path) else {
      throw Failure(.verification, "\(path) is there and is not the file to be installed", remedy: .replaceFile)
    }
    try makeFolder()
    let download = order.download(to: path, limits)
    do throws(DownloadError) {
      try download.fetch(from: order.source, report: report)
    } catch {
      let kept = download.leftover
      guard kept > 0 else { throw Failure(error) }
      throw Failure(
        Failure.kind(of: error), "\(error); \(kept.formattedSize) are kept, and the next pull goes on there")
    }
    return pulled(name, order, path, wasInstalled: false)
  }

  private func pulled(_ name: String, _ order: ModelDownload, _ path: String, wasInstalled: Bool) -> PulledModel {
    PulledModel(
      name: name, path: path, byteCount: Self.byteCount(of: path) ?? 0, checksum: order.checksum,
      wasInstalled: wasInstalled)
  }

  private func makeFolder() throws(Failure) {
    do throws(SystemError) {
      // The store may be meant for other users, too.
      try Folder.make(FilePath(folder), permissions: 0o777)
    } catch {
      throw Failure(
        .file,
        "\(folder): models cannot be kept there (\(error.reason)); set U2CL_MODELS to a folder that can be written")
    }
  }
}
