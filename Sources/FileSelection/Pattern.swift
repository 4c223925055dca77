package import Files
internal import LibC

/// A path with `*`, `?` and `[…]`, as shells expand them, and `**` for any number of folders.
package struct Pattern: Sendable {
  private let path: FilePath
  /// The folder above the first component that is a pattern; empty for the working folder.
  private let base: FilePath
  private let parts: [FilePath]

  /// A pattern; nil if no component of the path is one.
  package init?(_ path: FilePath) {
    let parts = path.components
    guard let first = parts.firstIndex(where: Self.isPattern) else { return nil }
    self.path = path
    base = parts[..<first].reduce(path.isAbsolute ? "/" : "") { $0.appending($1) }
    self.parts = Array(parts[first...])
  }

  private static func isPattern(_ part: FilePath) -> Bool { part.bytes.contains { "*?[".utf8.contains($0) } }

  /// Whether the pattern names a kind of files, as `*.jpg` does and `*` and `*.*` do not. Then every file that matches
  /// is meant, and otherwise those that are wanted from a folder.
  private var namesKind: Bool {
    guard let last = parts.last?.bytes, let dot = last.lastIndex(of: UInt8(ascii: ".")) else { return false }
    return !last[dot...].contains(UInt8(ascii: "[")) && last[dot...].dropFirst().contains { !"*?".utf8.contains($0) }
  }

  /// Finds the files that match, sorted.
  func find(_ rules: Selection.Rules, _ result: inout Selection.Result) {
    guard base.isEmpty || base.isFolder else {
      result.errors.append(SelectionError(path, "nothing matches \(path), as there is no folder \(base)"))
      return
    }
    var search = Search(base: base, rules: rules)
    search.collect(parts[...], below: "")
    let namesKind = namesKind
    for (below, kind) in search.found.sorted(by: { $0.key < $1.key }) {
      let file = SelectedFile(base.appending(below), below: below)
      let name = below.lastComponent ?? below
      let isMeant = kind == .regular && (namesKind || name.isHidden) && !rules.files.isResult(name)
      if !isMeant, let reason = rules.files.reason(toLeaveOut: name, at: file.path, kind) {
        let isLink = reason == .folder && file.path.isLink
        guard rules.shard?.contains(file) ?? true else { continue }
        result.leftOut.add(LeftOutFile(file, isLink ? .linkToFolder : reason))
      } else {
        result.files.append(file)
      }
    }
    result.errors += search.errors
    guard result.files.isEmpty, result.errors.isEmpty else { return }
    result.errors.append(SelectionError(path, search.found.isEmpty ? advice(rules) : "no picture matches \(path)"))
  }

  private func advice(_ rules: Selection.Rules) -> String {
    var search = Search(base: base, rules: rules, ignoresCase: true)
    search.collect(parts[...], below: "")
    guard let other = search.found.keys.min() else { return "nothing matches \(path); check the pattern" }
    return "nothing matches \(path), but \(base.appending(other)) is there: upper and lower case are told apart"
  }

  private static func matches(_ name: FilePath, _ pattern: FilePath, ignoresCase: Bool) -> Bool {
    // FNM_CASEFOLD, which not every C library shows to Swift.
    let flags = FNM_PERIOD | (ignoresCase ? 1 << 4 : 0)
    return pattern.withCString { pattern in name.withCString { fnmatch(pattern, $0, flags) } } == 0
  }

  /// A walk through the folders that may hold matches.
  private struct Search {
    let base: FilePath
    let rules: Selection.Rules
    var ignoresCase = false
    /// What matches, by its path below `base`, and its kind, links followed.
    var found: [FilePath: FileStatus.Kind?] = [:]
    var errors: [SelectionError] = []
    /// The folders that were searched, by the place of `**` in the pattern, so that no link leads in circles.
    private var searched: [Int: Set<FileStatus.Identity>] = [:]

    init(base: FilePath, rules: Selection.Rules, ignoresCase: Bool = false) {
      self.base = base
      self.rules = rules
      self.ignoresCase = ignoresCase
    }

    mutating func collect(_ rest: ArraySlice<FilePath>, below: FilePath) {
      guard let part = rest.first else { return }
      let others = rest.dropFirst()
      if part == "**" {
        // Any number of folders, also none. A pattern that ends with ** takes all files.
        collect(others.isEmpty ? ["*"] : others, below: below)
        // Links after everything else, so that a folder has its own name if it is reached without a link.
        let folders = entries(in: below).filter { !$0.name.isHidden && isSearched($0, in: below) }
        for entry in folders.filter({ !isLink($0, in: below) }) + folders.filter({ isLink($0, in: below) }) {
          let folder = below.appending(entry.name)
          if enters(folder, at: rest.startIndex) { collect(rest, below: folder) }
        }
        return
      }
      for entry in entries(in: below) where Pattern.matches(entry.name, part, ignoresCase: ignoresCase) {
        let path = below.appending(entry.name)
        let kind = base.appending(path).kind()
        if others.isEmpty { found[path] = .some(kind) } else if kind == .folder { collect(others, below: path) }
      }
    }

    /// Whether a folder has not been searched yet for the `**` at that place; without links, none is met twice.
    private mutating func enters(_ folder: FilePath, at place: Int) -> Bool {
      guard rules.followsLinks, let status = try? FileStatus(of: base.appending(folder)) else { return true }
      return searched[place, default: []].insert(status.identity).inserted
    }

    private func isLink(_ entry: Folder.Entry, in below: FilePath) -> Bool {
      entry.kind.map { $0 == .link } ?? base.appending(below).appending(entry.name).isLink
    }

    /// Whether `**` stands for a folder.
    private func isSearched(_ entry: Folder.Entry, in below: FilePath) -> Bool {
      let path = base.appending(below).appending(entry.name)
      let isFolder =
        isLink(entry, in: below) ? rules.followsLinks && path.isFolder : (entry.kind ?? path.kind()) == .folder
      return isFolder && !(!rules.closedFolders.isEmpty && rules.closedFolders.contains(path.real ?? path))
    }

    /// What is in a folder.
    private mutating func entries(in below: FilePath) -> [Folder.Entry] {
      let folder = base.appending(below)
      do throws(SystemError) { return try Folder.entries(in: folder.isEmpty ? "." : folder) } catch {
        if !errors.contains(where: { $0.path == folder }) {
          errors.append(SelectionError(unreadableFolder: folder, error))
        }
        return []
      }
    }
  }
}
