/// Which files are meant by what a user names: files, folders, patterns that no shell has expanded.
package struct Selection: Sendable {
  /// What names mean.
  package struct Rules: Sendable {
    /// Which files of folders are taken.
    package var names: NameRule
    /// Whether folders are looked into at any depth.
    package var isRecursive = false
    /// Folders that are not looked into, as `realpath` names them.
    package var closed: Set<String> = []

    package init(names: NameRule) { self.names = names }
  }

  private let rules: Rules

  package init(_ rules: Rules) { self.rules = rules }

  /// The files that a name means: what a folder holds, what matches a pattern, or the file itself. What is there under
  /// the very name is no pattern.
  ///
  /// - Throws: `SelectionError` where a folder holds nothing or nothing matches.
  package func files(named name: String) throws(SelectionError) -> [SelectedFile] {
    if name == "-" { return [SelectedFile(path: name)] }
    if PathText.isFolder(name) {
      let listing = FolderListing(of: name, isRecursive: rules.isRecursive, rules.names, closed: rules.closed)
      let files = try listing.files()
      guard files.isEmpty else { return files }
      let hint = rules.isRecursive ? "" : "; --recursive looks into the folders in it"
      throw SelectionError("there is no picture in the folder \(name)\(hint)")
    }
    guard !PathText.exists(name), let pattern = Pattern(name) else { return [SelectedFile(path: name)] }
    let files = try pattern.files(rules.names)
    guard !files.isEmpty else { throw SelectionError("nothing matches \(name); check the pattern") }
    return files
  }
}
