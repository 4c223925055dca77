/// A list of paths as `find` and `ls` write them.
package enum FileList {
  /// The paths in a text: one a line, or, with `isNullSeparated`, ended by a byte of zero, so that names may hold line
  /// breaks. Empty ones are left out.
  package static func paths(in bytes: [UInt8], isNullSeparated: Bool) -> [String] {
    bytes.split(separator: isNullSeparated ? 0 : UInt8(ascii: "\n")).compactMap { line in
      let ending = !isNullSeparated && line.last == UInt8(ascii: "\r") ? 1 : 0
      let path = String(decoding: line.dropLast(ending), as: UTF8.self)
      return path.isEmpty ? nil : path
    }
  }
}
