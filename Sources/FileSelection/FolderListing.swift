internal import FoundationEssentials

/// The files in a folder, sorted by name, so that every machine sees them in the same order.
package struct FolderListing: Sendable {
  /// The folder.
  package let folder: String
  /// Whether folders in it are looked into as well; links to folders never are, as they may lead in circles.
  package let isRecursive: Bool
  private let rule: NameRule
  /// Folders that are not looked into, such as the one that results go to, as `realpath` names them.
  private let closed: Set<String>

  package init(of folder: String, isRecursive: Bool, _ rule: NameRule, closed: Set<String> = []) {
    self.folder = folder
    self.isRecursive = isRecursive
    self.rule = rule
    self.closed = closed
  }

  /// The files that the rule takes.
  package func files() throws(SelectionError) -> [SelectedFile] {
    var files: [SelectedFile] = []
    for below in [""] + (isRecursive ? try folders() : []) {
      let place = PathText.joined(folder, below)
      for name in try Self.names(in: place) where rule.takes(name) && !PathText.isFolder(PathText.joined(place, name)) {
        files.append(SelectedFile(path: PathText.joined(place, name), below: PathText.joined(below, name)))
      }
    }
    return files
  }

  /// The folders in it that are looked into, by their paths below it.
  package func folders() throws(SelectionError) -> [String] {
    var found: [String] = []
    // A stack, not recursion: trees may be deep.
    var pending = [""]
    while let below = pending.popLast() {
      let place = PathText.joined(folder, below)
      if !below.isEmpty { found.append(below) }
      for name in try Self.names(in: place).reversed() where !name.hasPrefix(".") {
        let path = PathText.joined(place, name)
        guard PathText.isFolder(path), !PathText.isLink(path), !isClosed(path) else { continue }
        pending.append(PathText.joined(below, name))
      }
    }
    return found
  }

  /// Whether a file of that name is one of them.
  func takes(_ name: String) -> Bool { rule.takes(name) }

  /// Whether a folder, by its path below this one, is looked into.
  func looksInto(_ below: String) -> Bool {
    let path = PathText.joined(folder, below)
    return !below.split(separator: "/").contains { $0.hasPrefix(".") } && !PathText.isLink(path) && !isClosed(path)
  }

  /// The listing of a folder in this one.
  func part(_ below: String) -> FolderListing {
    FolderListing(of: PathText.joined(folder, below), isRecursive: isRecursive, rule, closed: closed)
  }

  private func isClosed(_ path: String) -> Bool { !closed.isEmpty && closed.contains(PathText.real(path) ?? path) }

  /// What is in a folder, sorted by the bytes of the names.
  static func names(in folder: String) throws(SelectionError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
      }
    } catch {
      throw SelectionError("the folder \(folder) cannot be read; check its path and permissions")
    }
  }
}
