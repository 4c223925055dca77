package import Files

/// A file that is to be worked on.
package struct SelectedFile: Hashable, Sendable {
  /// The path to open, as the user named it or as it was found.
  package let filePath: FilePath
  /// The part of the path below the folder or pattern that the file was found by, such as `holiday/photo.jpg`; nil if
  /// the file itself was named.
  package let relativePath: FilePath?

  package init(_ path: FilePath, below relativePath: FilePath? = nil) {
    filePath = path
    self.relativePath = relativePath
  }

  package init(path: String, below: String? = nil) { self.init(FilePath(path), below: below.map { FilePath($0) }) }

  /// The path as text.
  package var path: String { filePath.string }
  /// The relative path as text.
  package var below: String? { relativePath?.string }
}

/// Why no files could be selected, on one line.
package struct SelectionError: Error, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
