public import Files

/// A file that is known by its checksum and downloaded or copied to a place: complete and verified, or not at all.
public struct VerifiedDownload: Sendable {
  /// Where the file will be.
  public let target: FilePath
  /// The checksum that the file must have.
  public let checksum: Checksum
  /// Further checksums that the file must have.
  public let others: [Checksum]
  /// The file's size in bytes; nil if it is not known.
  public let byteCount: Int?
  /// The limits of each transfer.
  public let limits: TransferLimits

  /// A file with a checksum, and with others if there are some.
  public init(
    to target: FilePath, _ checksum: Checksum, and others: [Checksum] = [], byteCount: Int?,
    limits: TransferLimits = TransferLimits()
  ) {
    self.target = target
    self.checksum = checksum
    self.others = others
    self.byteCount = byteCount
    self.limits = limits
  }

  /// A file with a checksum, and with others if there are some.
  public init(
    to target: String, _ checksum: Checksum, and others: [Checksum] = [], byteCount: Int?,
    limits: TransferLimits = TransferLimits()
  ) {
    self.init(to: FilePath(target), checksum, and: others, byteCount: byteCount, limits: limits)
  }

  /// Whether the file is there already, with every checksum.
  public var isInPlace: Bool { checksums.allSatisfy { $0.matches(fileAt: target) } }

  private var checksums: [Checksum] { [checksum] + others }

  /// The bytes that an interrupted transfer left.
  public var leftover: Int { PartFile.byteCount(of: target, checksum) }

  /// Whether a file in a folder was left, or is being written, by a download to `targetName` in that folder.
  public static func isRemnant(_ name: String, of targetName: String) -> Bool {
    PartFile.isRemnant(name, of: targetName)
  }

  /// Fetches the file. Its folder must exist.
  ///
  /// A file at the target is replaced, by renaming, once the new one is complete and verified; until then, and after a
  /// failure, the old file stays. The bytes of a transfer that broke off are kept in a hidden file, and the next call
  /// goes on from there. Only one process at a time fetches a file; others wait and find it in place. Cancelling the
  /// task ends the transfer.
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

  /// - Throws: `DownloadError.checksum` if the part is not the file.
  func check(_ part: PartFile, from source: String) throws(DownloadError) {
    for checksum in checksums {
      let found = try Checksum.of(fileAt: part.path, checksum.algorithm)
      guard found == checksum else { throw .checksum(source: source, found: found, expected: checksum) }
    }
  }

  private func copy(_ path: FilePath, to part: PartFile, _ report: (DownloadEvent) -> Void) throws(DownloadError) {
    let file = try SourceFile(path)
    if let byteCount, file.byteCount != byteCount {
      throw .size(source: "\(path)", found: file.byteCount, expected: byteCount)
    }
    try part.startOver()
    try part.makeRoom(for: file.byteCount)
    try file.read { bytes throws(DownloadError) in
      guard !Task.isCancelled else { throw .cancelled }
      try part.append(bytes)
      report(.progress(DownloadProgress(done: part.byteCount, resumed: 0, total: file.byteCount)))
    }
    try check(part, from: "\(path)")
  }
}

extension DownloadError {
  /// Whether the bytes received before the error are worth keeping.
  fileprivate var leavesPart: Bool {
    switch self {
    case .transfer, .refused, .size, .noRoom, .cancelled, .noLibrary: true
    case .checksum, .input, .output, .address: false
    }
  }
}
