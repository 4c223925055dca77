package import Files

/// Which files of a folder are wanted.
package struct FileRule: Sendable {
  /// Whether a file of that name is the result of an earlier run.
  package var isResult: @Sendable (_ name: FilePath) -> Bool
  /// What a file is, by its name and, where the name does not tell, by its first bytes. Reading them is what takes time
  /// in a large folder, so a name that tells enough is best.
  package var content: @Sendable (_ name: FilePath, _ firstBytes: () throws(SystemError) -> [UInt8]) -> FileContent

  package init(
    isResult: @escaping @Sendable (FilePath) -> Bool,
    content: @escaping @Sendable (FilePath, () throws(SystemError) -> [UInt8]) -> FileContent
  ) {
    self.isResult = isResult
    self.content = content
  }

  /// The number of first bytes that are read.
  static let firstByteCount = 256

  /// What a regular file of a folder is: wanted, or left out for a reason.
  func reason(toLeaveOut name: FilePath, at path: FilePath) -> LeftOutFile.Reason? {
    func firstBytes() throws(SystemError) -> [UInt8] { try path.firstBytes(Self.firstByteCount) }
    // By their contents alone, as "._photo.jpg" is no picture.
    if name.isHidden { return .hidden(isWanted: content("", firstBytes) == .wanted) }
    if isResult(name) { return .result }
    if Self.unfinished.contains(name.lowercasedASCII.extension ?? "") { return .unfinished }
    switch content(name, firstBytes) {
    case .wanted: return Self.isBackup(name) ? .backup : nil
    case .unread(let format, let advice): return .unread(format: format, advice: advice)
    case .unreadable(let problem): return .unreadable(problem)
    case .other: return .other
    }
  }

  /// Whether a program has kept a file under that name before it changed it: exiftool, and editors.
  private static func isBackup(_ name: FilePath) -> Bool { name.hasSuffix("_original") || name.hasSuffix("~") }

  /// The extensions that programs give to files that they have not finished.
  private static let unfinished: Set<String> = [
    "part", "partial", "crdownload", "download", "filepart", "tmp", "temp", "aria2", "opdownload", "lftp", "!ut",
  ]
}

/// What a file is.
package enum FileContent: Hashable, Sendable {
  case wanted
  /// It resembles what is wanted but is in a format that is not read; `advice` says how it can be read after all.
  case unread(format: String, advice: String? = nil)
  /// The file cannot be opened.
  case unreadable(SystemError)
  /// Anything else.
  case other
}

extension FilePath {
  /// Whether the name of a file or folder begins with a dot.
  var isHidden: Bool { hasPrefix(".") }
}
