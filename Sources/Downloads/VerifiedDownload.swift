internal import Caches

/// A file that is known by its checksum, to be brought to a place from elsewhere: whole and right, or not at all.
public struct VerifiedDownload: Sendable {
  /// Where it should lie.
  public let target: String
  /// What it must have.
  public let checksum: Checksum
  /// What it must have besides.
  public let others: [Checksum]
  /// Its size in bytes; nil where that is not known.
  public let byteCount: Int?
  /// What a transfer may take.
  public let limits: TransferLimits

  /// A file of that checksum, and of others where there are some.
  public init(
    to target: String, _ checksum: Checksum, and others: [Checksum] = [], byteCount: Int?,
    limits: TransferLimits = TransferLimits()
  ) {
    self.target = target
    self.checksum = checksum
    self.others = others
    self.byteCount = byteCount
    self.limits = limits
  }

  /// Whether the file lies there already.
  public var isInPlace: Bool { checksums.allSatisfy { $0.matches(fileAt: target) } }

  private var checksums: [Checksum] { [checksum] + others }

  /// How much an interrupted transfer has left, in bytes.
  public var leftover: Int { PartFile.byteCount(of: target, checksum) }

  /// Whether a file of a folder is what a download to a name there has left, or is writing.
  public static func isRemnant(_ name: String, of targetName: String) -> Bool {
    PartFile.isRemnant(name, of: targetName)
  }

  /// Brings it. The folder is there already. What lay at the place is replaced, by renaming, once everything is right;
  /// until then, and after a failure, it is as it was. What has come by then of a transfer that broke off is kept,
  /// hidden, and the next call goes on there.
  ///
  /// Only one process at a time fetches a file; another waits and finds it in place. A cancelled task ends it.
  public func fetch(from source: DownloadSource, report: @escaping (DownloadEvent) -> Void) throws(DownloadError) {
    let part = try PartFile(of: target, checksum) { report(.waiting) }
    if isInPlace { return part.discard() }
    do throws(DownloadError) {
      switch source {
      case .file(let path): try copy(path, to: part, report)
      case .web(let address): try ResumableDownload(download: self, address: address, part: part, report: report).run()
      }
      try part.commit()
    } catch {
      if part.byteCount == 0 || !error.leavesPart { part.discard() }
      throw error
    }
  }

  /// - Throws: where what has come is not the file.
  func check(_ part: PartFile, from source: String) throws(DownloadError) {
    for checksum in checksums {
      let found = try Checksum.of(fileAt: part.path, checksum.algorithm)
      guard found == checksum else { throw .checksum(source: source, found: found, expected: checksum) }
    }
  }

  private func copy(_ path: String, to part: PartFile, _ report: (DownloadEvent) -> Void) throws(DownloadError) {
    let file = try SourceFile(path: path)
    if let byteCount, file.byteCount != byteCount {
      throw .size(source: path, found: file.byteCount, expected: byteCount)
    }
    try part.startOver()
    try part.makeRoom(for: file.byteCount)
    try file.read { bytes throws(DownloadError) in
      guard !Task.isCancelled else { throw .cancelled }
      try part.append(bytes)
      report(.progress(DownloadProgress(done: part.byteCount, resumed: 0, total: file.byteCount)))
    }
    try check(part, from: path)
  }
}

extension DownloadError {
  /// Whether what had come by then is worth caches.
  fileprivate var leavesPart: Bool {
    switch self {
    case .transfer, .refused, .size, .noRoom, .cancelled, .noLibrary: true
    case .checksum, .input, .output, .address: false
    }
  }
}
