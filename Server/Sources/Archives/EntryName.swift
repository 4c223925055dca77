/// Names of entries, which come from strangers and may be anything: `../../etc/passwd`, `C:\a`, control characters.
enum EntryName {
  /// A name that means a file in the folder in which an archive is unpacked: parts that lead out of it are left
  /// out, and characters that are none, or that some system refuses, become underscores.
  ///
  /// - Parameter number: what a name without any part becomes.
  static func plain(_ bytes: some Collection<UInt8>, number: Int) -> String {
    let parts = String(decoding: bytes, as: UTF8.self).split { $0 == "/" || $0 == "\\" }
    let kept = parts.filter { $0 != "." && $0 != ".." }.map(plain).filter { !$0.isEmpty }
    return kept.isEmpty ? "entry-\(number)" : kept.joined(separator: "/")
  }

  private static func plain(_ part: Substring) -> String {
    String(
      String.UnicodeScalarView(
        part.unicodeScalars.map { scalar in
          let isControl = [.control, .format, .surrogate, .lineSeparator, .paragraphSeparator]
            .contains(scalar.properties.generalCategory)
          return isControl || "<>:\"|?*".unicodeScalars.contains(scalar) ? "_" : scalar
        }))
  }

  /// Whether an entry is one that an operating system adds and nobody means.
  static func isOfSystem(_ name: String) -> Bool {
    name.hasPrefix("__MACOSX/")
      || [".DS_Store", "Thumbs.db", "desktop.ini"].contains { file in
        name == file || name.hasSuffix("/\(file)")
      }
  }
}
