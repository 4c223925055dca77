extension String {
  /// `photo` of the path `folder/photo.jpg`; the name itself where it has no extension or begins with its only dot.
  package var fileStem: String {
    let name = split(separator: "/").last.map(String.init) ?? self
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
