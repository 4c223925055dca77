package import Files

/// Which files of a folder are taken, by their names.
package struct NameRule: Sendable {
  /// What names of wanted files end in, in lower case, such as `.jpg`. Upper-case letters of ASCII count as well.
  package var endings: [String]
  /// What names end in that are left out all the same, such as `.mask.png`.
  package var leftOut: [String]

  package init(endings: [String], leftOut: [String]) {
    self.endings = endings
    self.leftOut = leftOut
  }

  /// Whether a file of that name is taken from a folder. Hidden files are not.
  package func takes(_ name: FilePath) -> Bool {
    let lowercased = name.lowercasedASCII
    return endings.contains { lowercased.hasSuffix($0) } && !isLeftOut(name) && !name.isHidden
  }

  /// Whether a file of that name is left out of folders and patterns.
  func isLeftOut(_ name: FilePath) -> Bool {
    let name = name.lowercasedASCII
    return leftOut.contains { name.hasSuffix($0) }
  }
}

extension FilePath {
  /// Whether this is a regular file, or a link to one or to nothing, which reading will tell. A pipe, a socket or a
  /// device is none: to open a pipe may wait forever.
  var mayBeFile: Bool { [nil, .regular].contains(kind()) }

  /// Whether the name of a file or folder begins with a dot.
  var isHidden: Bool { hasPrefix(".") }
}
