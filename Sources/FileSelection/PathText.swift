internal import Files

/// `FilePath` by `String`, for modules that do not use `FilePath` yet.
package enum PathText {
  /// `folder/name`; the name alone if the folder is empty.
  package static func joined(_ folder: String, _ name: String) -> String {
    FilePath(folder).appending(FilePath(name)).string
  }

  /// The folder that a path is in.
  package static func parent(of path: String) -> String { FilePath(path).parent.string }

  /// Whether there is a folder, or a link to one.
  package static func isFolder(_ path: String) -> Bool { FilePath(path).isFolder }

  /// Whether there is anything, links followed.
  package static func exists(_ path: String) -> Bool { FilePath(path).exists }

  /// The path from the root, without links, of what is there; nil if nothing is.
  package static func real(_ path: String) -> String? { FilePath(path).real?.string }

  /// A path that is the same for all names of a file, through links, also for a file that is yet to be written.
  package static func resolved(_ path: String) -> String { FilePath(path).resolved.string }
}
