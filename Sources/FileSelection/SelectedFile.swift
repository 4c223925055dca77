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

/// Why no files could be selected, on one line.
package struct SelectionError: Error, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
