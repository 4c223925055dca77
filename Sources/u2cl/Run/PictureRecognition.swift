import FileSelection
import Files
import Pictures

/// Tells the pictures of a folder from its other files.
enum PictureRecognition {
  /// What a file is.
  ///
  /// A name that says a format which is read is enough: such a file is taken, and if it holds something else, that is a
  /// failure. Every other file is looked into, whatever its name is.
  static func content(
    _ name: FilePath, _ firstBytes: () throws(SystemError) -> [UInt8]
  ) -> FileContent {
    let named = name.lowercasedASCII.extension.flatMap { formats[$0] }
    if named?.isReadable == true { return .wanted }
    let bytes: [UInt8]
    do throws(SystemError) { bytes = try firstBytes() } catch { return .unreadable(error) }
    let unreadName = UnreadFormat(fileName: name)
    if let format = PictureFormat(ofUnknownFile: bytes) {
      if format == .tiff, let unreadName, unreadName.kind == .raw { return .unread(format: unreadName.name) }
      return format.isReadable ? .wanted : .unread(format: format.rawValue, advice: format.decoderPackage)
    }
    if named != nil { return .wanted }
    guard let unread = UnreadFormat(firstBytes: bytes) ?? unreadName, [.picture, .raw].contains(unread.kind) else {
      return .other
    }
    return .unread(format: unread.name)
  }

  /// The formats by the extensions of names, in lower case.
  private static let formats: [String: PictureFormat] = {
    var formats: [String: PictureFormat] = [
      "jfif": .jpeg, "pjpeg": .jpeg, "pjp": .jpeg, "mpo": .jpeg, "apng": .png, "heics": .heic, "avifs": .avif,
    ]
    for format in PictureFormat.allCases { for name in format.fileExtensions { formats[name] = format } }
    return formats
  }()
}
