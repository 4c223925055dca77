#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A path with `*`, `?` and `[…]`, as shells expand them, and `**` for any number of folders.
package struct Pattern: Sendable {
  /// The folder above the first part that is a pattern; empty for where the process runs.
  private let base: String
  private let parts: [String]

  /// A pattern; nil where the text has none in it.
  package init?(_ text: String) {
    let parts = text.split(separator: "/").map(String.init)
    guard let first = parts.firstIndex(where: Self.isPattern) else { return nil }
    base = (text.hasPrefix("/") ? "/" : "") + parts[..<first].joined(separator: "/")
    self.parts = Array(parts[first...])
  }

  private static func isPattern(_ part: String) -> Bool { part.contains { "*?[".contains($0) } }

  /// The files that match, sorted, but for those that the rule leaves out; folders do not match.
  package func files(_ rule: NameRule) throws(SelectionError) -> [SelectedFile] {
    var found: [String] = []
    try collect(parts[...], below: "", into: &found)
    return Set(found).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .filter { !rule.isLeftOut($0) }
      .map { SelectedFile(path: PathText.joined(base, $0), below: $0) }
  }

  private func collect(_ rest: ArraySlice<String>, below: String, into found: inout [String]) throws(SelectionError) {
    guard let part = rest.first else { return }
    let place = PathText.joined(base, below)
    let others = rest.dropFirst()
    if part == "**" {
      // Any number of folders, none included; a pattern that ends so takes all files.
      try collect(others.isEmpty ? ["*"] : others, below: below, into: &found)
      for name in try names(in: place) where !name.hasPrefix(".") {
        let path = PathText.joined(place, name)
        if PathText.isFolder(path), !PathText.isLink(path) {
          try collect(rest, below: PathText.joined(below, name), into: &found)
        }
      }
      return
    }
    for name in try names(in: place) where fnmatch(part, name, FNM_PERIOD) == 0 {
      let isFolder = PathText.isFolder(PathText.joined(place, name))
      if others.isEmpty, !isFolder { found.append(PathText.joined(below, name)) }
      if !others.isEmpty, isFolder { try collect(others, below: PathText.joined(below, name), into: &found) }
    }
  }

  /// What is in a folder; nothing where there is no such folder, as nothing matches there.
  private func names(in folder: String) throws(SelectionError) -> [String] {
    let folder = folder.isEmpty ? "." : folder
    return PathText.isFolder(folder) ? try FolderListing.names(in: folder) : []
  }
}
