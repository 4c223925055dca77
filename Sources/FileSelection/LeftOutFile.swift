package import Files

/// Something that lies where files were selected and that was not taken.
package struct LeftOutFile: Hashable, Sendable {
  /// Why something was not taken.
  package enum Reason: Hashable, Sendable {
    /// A file of another kind.
    case other
    /// It resembles a wanted file but is in a format that is not read; `advice` says how it can be read after all.
    case unread(format: String, advice: String?)
    /// The result of an earlier run.
    case result
    /// By its name, the file is still being written or downloaded.
    case unfinished
    /// By its name, the copy of a file that a program has changed.
    case backup
    /// The name begins with a dot.
    case hidden(isWanted: Bool)
    case pipe, socket, device
    /// A link to nothing.
    case brokenLink
    /// The file cannot be opened.
    case unreadable(SystemError)
    /// A folder in a folder that is searched without its subfolders.
    case folder
    /// A link to a folder, where links are not followed.
    case linkToFolder
    /// A folder that has been searched under another name.
    case searchedFolder
    /// A folder of results.
    case resultFolder
    /// The file was given before.
    case duplicate
  }

  /// The path, as it was found.
  package let file: SelectedFile
  package let reason: Reason

  package init(_ file: SelectedFile, _ reason: Reason) {
    self.file = file
    self.reason = reason
  }
}

/// What was not taken.
package struct LeftOutFiles: Sendable {
  /// Whether each is kept; otherwise they are only counted, because there may be many.
  package let keepsFiles: Bool
  /// Each in the order in which they were found; empty if they are only counted.
  package private(set) var files: [LeftOutFile] = []
  /// How many were left out for each reason.
  package private(set) var counts: [LeftOutFile.Reason: Int] = [:]

  package init(keepsFiles: Bool) { self.keepsFiles = keepsFiles }

  /// Adds a file.
  package mutating func add(_ file: LeftOutFile) {
    counts[file.reason, default: 0] += 1
    if keepsFiles { files.append(file) }
  }

  /// Adds what was left out elsewhere.
  package mutating func add(_ others: LeftOutFiles) {
    counts.merge(others.counts, uniquingKeysWith: +)
    files += others.files
  }
}
