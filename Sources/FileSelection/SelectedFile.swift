/// A file that is to be worked on.
package struct SelectedFile: Hashable, Sendable {
  /// The path to open, as it is named or found.
  package let path: String
  /// The part of the path below the folder or the pattern that it was found by, such as `holiday/photo.jpg`; nil where
  /// the file itself was named.
  package let below: String?

  package init(path: String, below: String? = nil) {
    self.path = path
    self.below = below
  }
}

/// Why no files could be selected: one line.
package struct SelectionError: Error, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// What files in folders are taken, by their names.
package struct NameRule: Sendable {
  /// What names end in, in lower case, such as `.jpg`.
  package var endings: [String]
  /// Endings of what is left out all the same, such as `.mask.png`.
  package var leftOut: [String]

  package init(endings: [String], leftOut: [String]) {
    self.endings = endings
    self.leftOut = leftOut
  }

  /// Whether a file of that name is taken from a folder.
  package func takes(_ name: String) -> Bool {
    let name = name.lowercased()
    return endings.contains { name.hasSuffix($0) } && !isLeftOut(name) && !name.hasPrefix(".")
  }

  /// Whether a file of that name is left out of folders and patterns.
  func isLeftOut(_ name: String) -> Bool {
    let name = name.lowercased()
    return leftOut.contains { name.hasSuffix($0) }
  }
}
