import Caches
public import Downloads

/// What became of a pull.
public struct PulledModel: Hashable, Sendable {
  /// The model's name.
  public let name: String
  /// Its file.
  public let path: String
  /// The file's size, in bytes.
  public let byteCount: Int
  /// What it was verified by.
  public let checksum: Checksum
  /// Whether it was there before, and nothing had to be fetched.
  public let wasInstalled: Bool
}

extension ModelStore {
  /// Installs a model: fetches its file, verifies it, and only then gives it its name in the store's folder. This is the
  /// only thing in the library that uses a network. It takes as long as it takes: call it from a thread, or a detached
  /// task, whose cancellation ends it; what has come by then is kept for the next call.
  ///
  /// - Parameters:
  ///   - name: a published model's; any other where `source` and `sha256` are given.
  ///   - source: an address, a file, or a folder or an address with a slash at its end that has the file; nil for the
  ///     mirror, or else what the authors offer.
  ///   - sha256: what the file must have, beside what was published; 64 hexadecimal digits.
  ///   - replacing: whether a file of that name that is not the published one may be replaced.
  ///   - report: called on this thread with what happens.
  /// - Throws: `Failure`; then the store is as it was.
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
      throw Failure(.verification, "\(path) is there and is not the file to be installed; --force replaces it")
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
      // A store that was chosen may be meant for others, too.
      try SystemFile.makeFolder(folder, permissions: 0o777)
    } catch {
      throw Failure(
        .file,
        "\(folder): models cannot be kept there (\(error.reason)); set U2CL_MODELS to a folder that can be written")
    }
  }
}
