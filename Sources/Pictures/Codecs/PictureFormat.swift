public import Files

/// A file format of pictures. For reading, the file's first bytes tell the format, and never its name; for writing, its
/// name does.
public enum PictureFormat: String, Sendable, CaseIterable {
  /// Portable Network Graphics.
  case png = "PNG"
  /// JPEG, with or without JFIF or EXIF.
  case jpeg = "JPEG"
  /// WebP: a RIFF container of VP8, VP8L or VP8X.
  case webp = "WebP"

  /// The format of a file that begins with `bytes`; nil if it is none of these.
  public init?(firstBytes bytes: some Collection<UInt8>) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webp
    } else {
      return nil
    }
  }

  /// The format of a whole file.
  init(of bytes: [UInt8]) throws(PictureError.Problem) {
    guard !bytes.isEmpty else { throw .empty }
    let start = bytes.prefix(16)
    guard let format = PictureFormat(firstBytes: start) else {
      throw .unknownFormat(resembles: Self.unreadFormat(firstBytes: start))
    }
    self = format
  }

  /// The format for a file to be written, by the extension of its name: `.png`, `.jpg`, `.jpeg`, `.jpe` or `.webp`.
  public init?(fileName: String) { self.init(fileName: FilePath(fileName)) }

  /// The format for a file to be written, by the extension of its name: `.png`, `.jpg`, `.jpeg`, `.jpe` or `.webp`.
  public init?(fileName: FilePath) {
    let bytes = fileName.lowercasedASCII.bytes
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    switch String(decoding: bytes[(dot + 1)...], as: UTF8.self) {
    case "png": self = .png
    case "jpg", "jpeg", "jpe": self = .jpeg
    case "webp": self = .webp
    default: return nil
    }
  }

  /// The usual extension of file names, without the dot.
  public var fileExtension: String {
    switch self {
    case .png: "png"
    case .jpeg: "jpg"
    case .webp: "webp"
    }
  }

  /// The name of a well-known format that is not supported, for the error message.
  private static func unreadFormat(firstBytes bytes: some Collection<UInt8>) -> String? {
    let brand = bytes.dropFirst(4)
    if bytes.starts(with: "GIF8".utf8) { return "GIF" }
    if bytes.starts(with: "BM".utf8) { return "BMP" }
    if bytes.starts(with: [0x49, 0x49, 0x2A, 0x00]) || bytes.starts(with: [0x4D, 0x4D, 0x00, 0x2A]) { return "TIFF" }
    if brand.starts(with: "ftypavif".utf8) { return "AVIF" }
    if brand.starts(with: "ftyphei".utf8) || brand.starts(with: "ftypmif1".utf8) { return "HEIC" }
    if bytes.starts(with: "%PDF".utf8) { return "PDF" }
    return nil
  }
}
