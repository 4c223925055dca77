package import Files
internal import Pictures

/// The files of a folder: pictures, by name or by content, and those that may be meant as such but are not read.
struct FolderFiles {
  /// The paths of the pictures, sorted.
  private(set) var pictures: [FilePath] = []
  /// The other files by kind, sorted.
  let unread: [Dataset.UnreadFiles]

  /// The extensions of pictures, in lower case.
  private static let endings = Set(PictureFormat.allCases.flatMap(\.fileExtensions) + ["jfif"])
  /// The extensions of what lies beside pictures in data sets and is none, in lower case.
  private static let documents: Set<String> = [
    "txt", "md", "json", "jsonl", "csv", "tsv", "xml", "htm", "html", "yml", "yaml", "pdf", "doc", "docx", "xls",
    "xlsx", "db", "ini", "log", "py", "m", "sh", "zip", "tar", "gz", "7z", "rar", "xmp", "url",
  ]

  /// - Throws: `DatasetError` if the folder cannot be read.
  init(in folder: FilePath) throws(DatasetError) {
    var counts: [String: Int] = [:]
    for name in try DatasetLayout.names(in: folder) where !name.hasPrefix(".") {
      let path = folder.appending(name)
      let ending = name.lowercasedASCII.extension ?? ""
      // A pipe would block for ever, but what cannot be examined is reported when it is read.
      guard [.regular, nil].contains(path.kind()) else { continue }
      if Self.endings.contains(ending) || Self.isPicture(path) {
        pictures.append(path)
      } else if !Self.documents.contains(ending), name != "README", name != "LICENSE" {
        counts[ending, default: 0] += 1
      }
    }
    unread = counts.sorted { $0.key < $1.key }.map {
      Dataset.UnreadFiles(folder: folder, fileExtension: $0.key, count: $0.value)
    }
  }

  /// Whether a file's first bytes are those of a picture.
  private static func isPicture(_ path: FilePath) -> Bool {
    guard let start = try? path.firstBytes(PictureFormat.tellingBytes) else { return false }
    return PictureFormat(firstBytes: start) != nil
  }
}

extension Dataset {
  /// Files of a folder that are in no format that is read.
  package struct UnreadFiles: Sendable, Hashable {
    /// The folder.
    package let folder: FilePath
    /// The extension in lower case, without the dot; empty for none.
    package let fileExtension: String
    /// The number of files.
    package let count: Int

    /// What is not read, such as `maps: 12 .tga files are not read`.
    package var description: String {
      let noun = count == 1 ? "file" : "files"
      let kind = fileExtension.isEmpty ? "\(noun) without extension" : ".\(fileExtension) \(noun)"
      return "\(folder): \(count) \(kind) \(count == 1 ? "is" : "are") not read".printable()
    }
  }
}
