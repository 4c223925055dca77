package import Files

/// The files that a user names: files, folders, and patterns that no shell has expanded.
package struct Selection: Sendable {
  /// How names are understood.
  package struct Rules: Sendable {
    /// Which files of folders are taken.
    package var names: NameRule
    /// Whether folders in folders are searched, at any depth.
    package var isRecursive = false
    /// Folders that are not searched, by their real paths.
    package var closedFolders: Set<FilePath> = []

    package init(names: NameRule) { self.names = names }
  }

  private let rules: Rules

  package init(_ rules: Rules) { self.rules = rules }

  /// The files that a name means: the files in a folder, those that match a pattern, or the file itself. A name under
  /// which there is a file is no pattern.
  ///
  /// - Throws: `SelectionError` if the folder holds no wanted file, or nothing matches.
  package func files(named name: FilePath) throws(SelectionError) -> [SelectedFile] {
    if name == "-" { return [SelectedFile(name)] }
    if name.isFolder {
      let listing = FolderListing(of: name, isRecursive: rules.isRecursive, rules.names, closed: rules.closedFolders)
      let files = try listing.files()
      guard files.isEmpty else { return files }
      let hint = rules.isRecursive ? "" : "; the folders in it were not searched"
      throw SelectionError("there is no picture in the folder \(name)\(hint)")
    }
    guard !name.exists, let pattern = Pattern(name) else { return [SelectedFile(name)] }
    let files = try pattern.files(rules.names)
    guard !files.isEmpty else { throw SelectionError("nothing matches \(name); check the pattern") }
    return files
  }
}
