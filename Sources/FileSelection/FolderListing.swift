package import Files

/// The files in a folder, sorted by the bytes of their names, so that every machine sees them in the same order.
///
/// Links to folders are followed after everything else, so that a folder that is also reached without a link is found
/// under its own name. Each folder is searched once, by its device and number, and so no link leads in circles.
package struct FolderListing: Sendable {
  /// The folder.
  package let folder: FilePath
  /// Whether the folders in it are searched as well.
  package let isRecursive: Bool
  /// Whether links to folders are followed.
  package let followsLinks: Bool
  let rule: FileRule
  /// Folders that are not searched, such as the one that results go to, by their real paths.
  private let closed: Set<FilePath>

  package init(
    of folder: FilePath, isRecursive: Bool, followsLinks: Bool = false, _ rule: FileRule, closed: Set<FilePath> = []
  ) {
    self.folder = folder
    self.isRecursive = isRecursive
    self.followsLinks = followsLinks
    self.rule = rule
    self.closed = closed
  }

  /// Something that lies in the folder.
  package enum Found: Sendable {
    case file(SelectedFile)
    case leftOut(LeftOutFile)
    /// A folder that cannot be read.
    case unreadable(FilePath, SystemError)
  }

  /// Calls `body` with everything in the folder, and in the folders that are searched.
  package func find(_ body: (Found) -> Void) {
    walk(
      enter: { _ in }, fail: { body(.unreadable($0, $1)) },
      leaveOut: { body(.leftOut(LeftOutFile(file($0), $1))) },
      visit: { below, kind in body(found(below, kind)) })
  }

  /// The folders in it that are searched, by their paths below it; the first is empty and stands for the folder itself.
  func folders() -> [FilePath] {
    var folders: [FilePath] = []
    walk(enter: { folders.append($0) }, fail: { _, _ in }, leaveOut: { _, _ in }, visit: { _, _ in })
    return folders
  }

  /// Walks through the folder and those in it that are searched.
  ///
  /// - Parameters:
  ///   - enter: called with each folder that is searched.
  ///   - fail: called with the path of a folder that cannot be read.
  ///   - leaveOut: called with a folder that is not searched.
  ///   - visit: called with everything else, and with its kind, links followed; nil for a link to nothing.
  func walk(
    enter: (_ below: FilePath) -> Void, fail: (_ path: FilePath, SystemError) -> Void,
    leaveOut: (_ below: FilePath, LeftOutFile.Reason) -> Void,
    visit: (_ below: FilePath, FileStatus.Kind?) -> Void
  ) {
    // A stack, not recursion: trees may be deep.
    var pending: [FilePath] = [""]
    var links: [FilePath] = []
    var (nextLink, searched) = (0, Set<FileStatus.Identity>())
    while true {
      if pending.isEmpty, nextLink < links.count {
        pending.append(links[nextLink])
        nextLink += 1
      }
      guard let below = pending.popLast() else { return }
      let place = folder.appending(below)
      if followsLinks, let status = try? FileStatus(of: place), !searched.insert(status.identity).inserted {
        leaveOut(below, .searchedFolder)
        continue
      }
      let entries: [Folder.Entry]
      do throws(SystemError) { entries = try Folder.entries(in: place) } catch {
        fail(place, error)
        continue
      }
      enter(below)
      var folders: [FilePath] = []
      for entry in entries {
        let path = below.appending(entry.name)
        var kind = entry.kind ?? folder.appending(path).kind(followingLinks: false)
        let isLink = kind == .link
        if isLink { kind = folder.appending(path).kind() }
        guard kind == .folder else {
          visit(path, kind)
          continue
        }
        if let reason = reason(toLeaveOutFolder: path, isLink: isLink) {
          leaveOut(path, reason)
        } else if isLink {
          links.append(path)
        } else {
          folders.append(path)
        }
      }
      pending += folders.reversed()
    }
  }

  /// Why a folder is not searched; nil if it is.
  private func reason(toLeaveOutFolder below: FilePath, isLink: Bool) -> LeftOutFile.Reason? {
    if below.lastComponent?.isHidden == true { return .hidden(isWanted: false) }
    if isClosed(folder.appending(below)) { return .resultFolder }
    if isLink && !(isRecursive && followsLinks) { return .linkToFolder }
    return isRecursive ? nil : .folder
  }

  /// Whether a folder, by its path below this one, is searched.
  func searches(_ below: FilePath) -> Bool {
    guard isRecursive, !below.components.contains(where: \.isHidden) else { return false }
    let path = folder.appending(below)
    return reason(toLeaveOutFolder: below, isLink: path.isLink) == nil
  }

  /// What is to be done with something that is no folder.
  ///
  /// - Parameters:
  ///   - below: the path below the folder.
  ///   - kind: the kind, links followed; nil for a link to nothing.
  func found(_ below: FilePath, _ kind: FileStatus.Kind?) -> Found {
    let file = file(below)
    let reason = rule.reason(toLeaveOut: below.lastComponent ?? below, at: file.path, kind)
    return reason.map { .leftOut(LeftOutFile(file, $0)) } ?? .file(file)
  }

  func file(_ below: FilePath) -> SelectedFile { SelectedFile(folder.appending(below), below: below) }

  /// The listing of a folder in this one.
  func part(_ below: FilePath) -> FolderListing {
    FolderListing(
      of: folder.appending(below), isRecursive: isRecursive, followsLinks: followsLinks, rule, closed: closed)
  }

  private func isClosed(_ path: FilePath) -> Bool { !closed.isEmpty && closed.contains(path.real ?? path) }
}

extension FileRule {
  /// Why something is left out; nil if it is wanted.
  ///
  /// - Parameter kind: the kind, links followed; nil for a link to nothing.
  func reason(toLeaveOut name: FilePath, at path: FilePath, _ kind: FileStatus.Kind?) -> LeftOutFile.Reason? {
    switch kind {
    case nil, .link: name.isHidden ? .hidden(isWanted: false) : .brokenLink
    case .regular: reason(toLeaveOut: name, at: path)
    case .folder: .folder
    case .pipe: .pipe
    case .socket: .socket
    case .device: .device
    }
  }
}
