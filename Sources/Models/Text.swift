extension String {
  /// The text in one line: each line break or other control character becomes a question mark.
  package var oneLine: String {
    String(UnicodeScalarView(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
  }

  /// The last component of a path without its extension: `photo` for `folder/photo.jpg`.
  ///
  /// A name that has no dot, or begins with its only dot, is returned whole.
  package var fileStem: String {
    let name = split(separator: "/").last.map(String.init) ?? self
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}

extension Int {
  /// A number of bytes for people to read, such as `184.3 KiB`.
  package var formattedSize: String {
    if self < 1 << 10 { return "\(self) B" }
    let (unit, name) = self < 1 << 20 ? (1 << 10, "KiB") : (1 << 20, "MiB")
    let tenths = (self * 10 + unit / 2) / unit
    return "\(tenths / 10).\(tenths % 10) \(name)"
  }
}
