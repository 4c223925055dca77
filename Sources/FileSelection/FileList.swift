package import Files

/// A list of paths as `find` and `ls` write it.
package enum FileList {
  /// The paths in a list: one a line or, if `isNullSeparated`, each ended by a zero byte, so that names may hold line
  /// breaks. Empty paths are left out.
  package static func paths(in bytes: [UInt8], isNullSeparated: Bool) -> [FilePath] {
    bytes.split(separator: isNullSeparated ? 0 : UInt8(ascii: "\n")).compactMap { line in
      let path = !isNullSeparated && line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      return path.isEmpty ? nil : FilePath(bytes: path)
    }
  }
}
