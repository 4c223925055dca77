package import Files

/// The files in a folder, sorted by the bytes of their names, so that every machine sees them in the same order.
package struct FolderListing: Sendable {
  /// The folder.
  package let folder: FilePath
  /// Whether the folders in it are searched as well. Links to folders never are, as they may lead in circles.
  package let isRecursive: Bool
  private let rule: NameRule
  /// Folders that are not searched, such as the one that results go to, by their real paths.
  private let closed: Set<FilePath>

  package init(of folder: FilePath, isRecursive: Bool, _ rule: NameRule, closed: Set<FilePath> = []) {
    self.folder = folder
    self.isRecursive = isRecursive
    self.rule = rule
    self.closed = closed
  }

  /// The files that the rule takes. Pipes, sockets and devices are no files.
  package func files() throws(SelectionError) -> [SelectedFile] {
    var files: [SelectedFile] = []
    try visit { below, names in
      let place = folder.appending(below)
      for name in names where rule.takes(name) {
        let path = place.appending(name)
        if path.mayBeFile { files.append(SelectedFile(path, below: below.appending(name))) }
      }
    }
    return files
  }

  /// The folders in it that are searched, by their paths below it.
  package func folders() throws(SelectionError) -> [FilePath] {
    var found: [FilePath] = []
    try visit { below, _ in if !below.isEmpty { found.append(below) } }
    return found
  }

  /// Calls `body` with each folder that is searched, by its path below this one, and with the names in it.
  private func visit(_ body: (_ below: FilePath, _ names: [FilePath]) -> Void) throws(SelectionError) {
    // A stack, not recursion: trees may be deep.
    var pending: [FilePath] = [""]
    while let below = pending.popLast() {
      let place = folder.appending(below)
      let names = try Self.names(in: place)
      body(below, names)
      guard isRecursive else { return }
      for name in names.reversed() where !name.isHidden {
        let path = place.appending(name)
        if path.isFolderItself, !isClosed(path) { pending.append(below.appending(name)) }
      }
    }
  }

  /// Whether the rule takes a file of that name.
  func takes(_ name: FilePath) -> Bool { rule.takes(name) }

  /// Whether a folder, by its path below this one, is searched.
  func searches(_ below: FilePath) -> Bool {
    let path = folder.appending(below)
    return !below.components.contains(where: \.isHidden) && !path.isLink && !isClosed(path)
  }

  /// The listing of a folder in this one.
  func part(_ below: FilePath) -> FolderListing {
    FolderListing(of: folder.appending(below), isRecursive: isRecursive, rule, closed: closed)
  }

  private func isClosed(_ path: FilePath) -> Bool { !closed.isEmpty && closed.contains(path.real ?? path) }

  /// The names of everything in a folder, in the order of their bytes.
  static func names(in folder: FilePath) throws(SelectionError) -> [FilePath] {
    do throws(SystemError) { return try Folder.names(in: folder) } catch {
      throw SelectionError("the folder \(folder) cannot be read; check its path and permissions")
    }
  }
}
