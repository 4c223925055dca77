package import Files
internal import LibC

/// A path with `*`, `?` and `[…]`, as shells expand them, and `**` for any number of folders.
package struct Pattern: Sendable {
  /// The folder above the first component that is a pattern; empty for the working folder.
  private let base: FilePath
  private let parts: [FilePath]

  /// A pattern; nil if no component of the path is one.
  package init?(_ path: FilePath) {
    let parts = path.components
    guard let first = parts.firstIndex(where: Self.isPattern) else { return nil }
    base = parts[..<first].reduce(path.isAbsolute ? "/" : "") { $0.appending($1) }
    self.parts = Array(parts[first...])
  }

  private static func isPattern(_ part: FilePath) -> Bool { part.bytes.contains { "*?[".utf8.contains($0) } }

  /// The files that match, sorted, without those that the rule leaves out. Folders, pipes and devices do not match.
  package func files(_ rule: NameRule) throws(SelectionError) -> [SelectedFile] {
    var found: [FilePath] = []
    try collect(parts[...], below: "", into: &found)
    return Set(found).sorted().filter { !rule.isLeftOut($0) }.map { SelectedFile(base.appending($0), below: $0) }
  }

  private func collect(
    _ rest: ArraySlice<FilePath>, below: FilePath, into found: inout [FilePath]
  ) throws(SelectionError) {
    guard let part = rest.first else { return }
    let place = base.appending(below)
    let others = rest.dropFirst()
    if part == "**" {
      // Any number of folders, also none. A pattern that ends with ** takes all files.
      try collect(others.isEmpty ? ["*"] : others, below: below, into: &found)
      for name in try names(in: place) where !name.isHidden {
        let path = place.appending(name)
        if path.isFolderItself { try collect(rest, below: below.appending(name), into: &found) }
      }
      return
    }
    for name in try names(in: place) where Self.matches(name, part) {
      let path = place.appending(name)
      if others.isEmpty, path.mayBeFile { found.append(below.appending(name)) }
      if !others.isEmpty, path.isFolder { try collect(others, below: below.appending(name), into: &found) }
    }
  }

  private static func matches(_ name: FilePath, _ pattern: FilePath) -> Bool {
    pattern.withCString { pattern in name.withCString { fnmatch(pattern, $0, FNM_PERIOD) } } == 0
  }

  /// The names in a folder; none if there is no such folder, as nothing matches there.
  private func names(in folder: FilePath) throws(SelectionError) -> [FilePath] {
    let folder = folder.isEmpty ? "." : folder
    return folder.isFolder ? try FolderListing.names(in: folder) : []
  }
}
