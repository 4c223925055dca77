package import Files

/// A file that is to be worked on.
package struct SelectedFile: Hashable, Sendable {
  /// The path to open, as the user named it or as it was found.
  package let path: FilePath
  /// The part of the path below the folder or pattern that the file was found by, such as `holiday/photo.jpg`; nil if
  /// the file itself was named.
  package let relativePath: FilePath?

  package init(_ path: FilePath, below relativePath: FilePath? = nil) {
    self.path = path
    self.relativePath = relativePath
  }
}

/// Why files could not be selected, on one line.
package struct SelectionError: Error, Hashable, CustomStringConvertible {
  /// What cannot be read: the folder, the pattern or the list.
  package let path: FilePath
  package let description: String

  init(_ path: FilePath, _ description: String) {
    self.path = path
    self.description = description
  }

  /// A folder that cannot be read.
  init(unreadableFolder path: FilePath, _ error: SystemError) {
    let advice = error.isMissing ? "check its path" : "check its permissions"
    self.init(path, "the folder \(path) cannot be read (\(error.reason)); \(advice)")
  }
}
