package import Files

/// The files that a user names: files, folders, and patterns that no shell has expanded.
package struct Selection: Sendable {
  /// How names are understood.
  package struct Rules: Sendable {
    /// Which files of folders are taken.
    package var files: FileRule
    /// Whether folders in folders are searched, at any depth.
    package var isRecursive = false
    /// Whether links to folders are followed.
    package var followsLinks = false
    /// Folders that are not searched, by their real paths.
    package var closedFolders: Set<FilePath> = []
    /// Whether what is not taken is kept by name; otherwise it is only counted.
    package var keepsLeftOut = false
    /// The share of this machine. It decides about what is not taken; all files are selected, because their names
    /// matter to each other.
    package var shard: Shard?

    package init(_ files: FileRule) { self.files = files }
  }

  /// What a name means.
  package struct Result: Sendable {
    package var files: [SelectedFile] = []
    /// What lies there and is not taken.
    package var leftOut: LeftOutFiles
    /// Folders that could not be read, and a name that means nothing at all.
    package var errors: [SelectionError] = []
  }

  private let rules: Rules

  package init(_ rules: Rules) { self.rules = rules }

  /// The files that a name means: the files in a folder, those that match a pattern, or the file itself. A name under
  /// which there is a file is no pattern.
  package func files(named name: FilePath) -> Result {
    var result = Result(leftOut: LeftOutFiles(keepsFiles: rules.keepsLeftOut))
    guard name != "-" else {
      result.files = [SelectedFile(name)]
      return result
    }
    if name.isFolder {
      listing(of: name).find { found in
        switch found {
        case .file(let file): result.files.append(file)
        case .leftOut(let file): if rules.shard?.contains(file.file) ?? true { result.leftOut.add(file) }
        case .unreadable(let path, let error): result.errors.append(SelectionError(unreadableFolder: path, error))
        }
      }
      if result.files.isEmpty, result.errors.isEmpty {
        result.errors.append(SelectionError(name, "there is no picture in the folder \(name)"))
      }
    } else if !name.exists, let pattern = Pattern(name) {
      pattern.find(rules, &result)
    } else {
      result.files = [SelectedFile(name)]
    }
    return result
  }

  /// The listing of a folder by these rules.
  package func listing(of folder: FilePath) -> FolderListing {
    FolderListing(
      of: folder, isRecursive: rules.isRecursive, followsLinks: rules.followsLinks, rules.files,
      closed: rules.closedFolders)
  }
}
