internal import Files

/// Looks at a folder again and again. A file is complete when two looks find it with the same size and time.
final class FolderPolling {
  private struct Look {
    let size: Int
    let modified: FileStatus.Time
    let identity: FileStatus.Identity
    /// Whether the file has been given.
    var isGiven: Bool
  }

  /// The time between two looks.
  private let interval: Duration
  private let listing: FolderListing
  private var looks: [FilePath: Look] = [:]
  private var hasLooked = false
  /// Whether the folder is gone. A share that does not answer for a while is not.
  private(set) var isOver = false

  init(_ listing: FolderListing, every interval: Duration) {
    self.listing = listing
    self.interval = interval
  }

  /// How long to wait before the next look.
  var patience: Duration { hasLooked ? interval : .zero }

  /// Looks at the folder; returns what is complete since the last look.
  func look() -> [FolderListing.Found] {
    hasLooked = true
    var (found, now) = ([FolderListing.Found](), [FilePath: Look]())
    var failed = false
    listing.walk(
      enter: { _ in },
      fail: { path, error in
        failed = true
        if path == listing.folder, error.isMissing { isOver = true }
      },
      leaveOut: { _, _ in },
      visit: { below, kind in
        guard let name = below.lastComponent, !name.isHidden, !listing.rule.isResult(name) else { return }
        if let (look, isNew) = look(at: below, kind) {
          now[below] = look
          if isNew { found.append(listing.found(below, kind)) }
        }
      })
    // What could not be read now is not forgotten, or it would be given again.
    if failed { now.merge(looks) { new, _ in new } }
    looks = now
    return found
  }

  /// Looks at a file.
  ///
  /// - Returns: what is seen, and whether the file is to be given; nil if there is nothing.
  private func look(at below: FilePath, _ kind: FileStatus.Kind?) -> (Look, isNew: Bool)? {
    guard let status = try? FileStatus(of: listing.folder.appending(below)) else { return nil }
    let last = looks[below]
    let isSame =
      last?.size == status.byteCount && last?.modified == status.modified && last?.identity == status.identity
    let isGiven = isSame && last?.isGiven == true
    let isNew = isSame && !isGiven && (kind != .regular || status.byteCount > 0)
    return (
      Look(
        size: status.byteCount, modified: status.modified, identity: status.identity, isGiven: isGiven || isNew),
      isNew
    )
  }
}
