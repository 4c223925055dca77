package import Files

/// A list of paths as `find`, `ls`, editors and PowerShell write it: UTF-8 or other bytes, or UTF-16 with a byte-order
/// mark, with line breaks of Unix or Windows.
package enum FileList {
  /// The paths in a list: one a line or, if `isNullSeparated`, each ended by a zero byte, so that names may hold line
  /// breaks. Empty paths are left out.
  ///
  /// - Parameter name: the path of the list, for messages.
  /// - Throws: `SelectionError` if the bytes cannot be such a list.
  package static func paths(
    in bytes: [UInt8], isNullSeparated: Bool, name: FilePath
  ) throws(SelectionError) -> [FilePath] {
    let hasMark = marks.contains { bytes.starts(with: $0) }
    let bytes = try text(of: bytes, isNullSeparated: isNullSeparated, name: name)
    if !isNullSeparated, bytes.contains(0) {
      throw SelectionError(name, "the list \(name) holds zero bytes: its paths end with them, not with line breaks")
    }
    let separator = isNullSeparated ? 0 : UInt8(ascii: "\n")
    var paths: [FilePath] = []
    for line in bytes.split(separator: separator) {
      var path = !isNullSeparated && line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      // Lists that were joined have a mark each.
      if hasMark, path.starts(with: utf8Mark) { path = path.dropFirst(utf8Mark.count) }
      guard path.count <= longestPath else {
        throw SelectionError(
          name, "the list \(name) holds a path of \(path.count) bytes, and none may be that long; check what it is")
      }
      if !path.isEmpty { paths.append(FilePath(bytes: path)) }
    }
    return paths
  }

  /// The most bytes of a path that the system takes (PATH_MAX, without the zero byte).
  private static let longestPath = 4095

  private static let utf8Mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// The byte-order marks of UTF-8 and of both kinds of UTF-16.
  private static let marks: [[UInt8]] = [utf8Mark, [0xFF, 0xFE], [0xFE, 0xFF]]

  /// The bytes of a list in UTF-8 or as they are, without a byte-order mark.
  private static func text(
    of bytes: [UInt8], isNullSeparated: Bool, name: FilePath
  ) throws(SelectionError) -> ArraySlice<UInt8> {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      throw SelectionError(name, "the list \(name) is in UTF-32; save it in UTF-8")
    }
    if bytes.starts(with: [0xFF, 0xFE]) { return try utf8(ofUTF16: bytes[2...], lowByte: 0, name)[...] }
    if bytes.starts(with: [0xFE, 0xFF]) { return try utf8(ofUTF16: bytes[2...], lowByte: 1, name)[...] }
    if resemblesUTF16(bytes, isNullSeparated: isNullSeparated) {
      throw SelectionError(
        name, "the list \(name) seems to be in UTF-16 without a byte-order mark; save it in UTF-8")
    }
    return bytes.starts(with: utf8Mark) ? bytes[3...] : bytes[...]
  }

  /// - Parameter lowByte: the place of the low byte in each unit.
  private static func utf8(
    ofUTF16 bytes: ArraySlice<UInt8>, lowByte: Int, _ name: FilePath
  ) throws(SelectionError) -> [UInt8] {
    guard bytes.count.isMultiple(of: 2) else {
      throw SelectionError(name, "the list \(name) ends within a character of UTF-16; save it again, in UTF-8")
    }
    let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).lazy.map { place in
      UInt16(bytes[place + 1 - lowByte]) << 8 | UInt16(bytes[place + lowByte])
    }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count / 2)
    let isDamaged = transcode(
      units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: true, into: { text.append($0) })
    guard !isDamaged else {
      let line = text.count { $0 == UInt8(ascii: "\n") } + 1
      throw SelectionError(name, "the list \(name) is damaged: line \(line) is not UTF-16; save it again, in UTF-8")
    }
    return text
  }

  /// Whether every other byte of most of the text is zero, as in UTF-16 of European languages.
  ///
  /// Where paths end with zero bytes, names of one letter look the same; then a line break must be there, too, as lists
  /// of lines have it and those of zero bytes hardly ever.
  private static func resemblesUTF16(_ bytes: [UInt8], isNullSeparated: Bool) -> Bool {
    guard bytes.count >= 4 else { return false }
    var zeros = [0, 0]
    var hasLineBreak = false
    for (place, byte) in bytes.enumerated() where byte == 0 {
      zeros[place % 2] += 1
      let other = place % 2 == 0 ? place + 1 : place - 1
      if other < bytes.count, bytes[other] == UInt8(ascii: "\n") { hasLineBreak = true }
    }
    let (most, least) = (max(zeros[0], zeros[1]), min(zeros[0], zeros[1]))
    guard !isNullSeparated || hasLineBreak else { return false }
    return most >= bytes.count * 2 / 5 && least <= most / 10
  }
}
