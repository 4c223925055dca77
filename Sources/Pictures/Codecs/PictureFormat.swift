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
  /// High Efficiency Image File: an HEIF container of HEVC, as phones write.
  case heic = "HEIC"
  /// An HEIF container of AV1.
  case avif = "AVIF"
  /// Tagged Image File Format, classic or BigTIFF.
  case tiff = "TIFF"
  /// Graphics Interchange Format.
  case gif = "GIF"
  /// Windows or OS/2 bitmap.
  case bmp = "BMP"
  /// JPEG XL, as a codestream or in a container.
  case jpegXL = "JPEG XL"
  /// JPEG 2000, as a codestream or in a JP2 container.
  case jpeg2000 = "JPEG 2000"

  /// The formats that are written.
  public static let writable: [PictureFormat] = [.png, .jpeg, .webp, .tiff, .avif]

  /// The number of first bytes that always tell the format.
  package static let tellingBytes = 256

  /// The names of all formats, for messages.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The format of a file that begins with `bytes`; nil if it is none of these. 16 bytes tell most files, and 256 all.
  public init?(firstBytes bytes: some Collection<UInt8>) {
    let signature = Self.signatures.first { bytes.starts(with: $0.bytes) }
    // CR2, a camera's raw format, is a TIFF whose pages are previews.
    if bytes.dropFirst(8).starts(with: "CR\u{2}".utf8) { return nil }
    if let signature {
      self = signature.format
    } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webp
    } else if let format = Self.formatOfContainer(Array(bytes.prefix(Self.tellingBytes))) {
      self = format
    } else {
      return nil
    }
  }

  private static let signatures: [(format: PictureFormat, bytes: [UInt8])] = [
    (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
    (.jpeg, [0xFF, 0xD8, 0xFF]),
    (.tiff, [0x49, 0x49, 0x2A, 0x00]), (.tiff, [0x4D, 0x4D, 0x00, 0x2A]),
    (.tiff, [0x49, 0x49, 0x2B, 0x00, 0x08, 0x00]), (.tiff, [0x4D, 0x4D, 0x00, 0x2B, 0x00, 0x08]),
    (.gif, Array("GIF87a".utf8)), (.gif, Array("GIF89a".utf8)),
    (.bmp, Array("BM".utf8)),
    (.jpegXL, [0xFF, 0x0A]),
    (.jpegXL, [0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
    (.jpeg2000, [0xFF, 0x4F, 0xFF, 0x51]),
    (.jpeg2000, [0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
  ]

  /// The format of a file that begins with the box `ftyp`, by its brands (ISO/IEC 23008-12).
  private static func formatOfContainer(_ bytes: [UInt8]) -> PictureFormat? {
    guard bytes.count >= 12, bytes[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    let length = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
    // The main brand, a version, and the brands that the file complies with.
    let places = [8] + Array(stride(from: 16, to: max(16, min(length, bytes.count) - 3), by: 4))
    let brands = places.map { String(decoding: bytes[$0..<$0 + 4], as: UTF8.self) }
    for brand in brands {
      if ["avif", "avis"].contains(brand) { return .avif }
      if ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"].contains(brand) { return .heic }
    }
    return brands.contains { $0 == "mif1" || $0 == "msf1" } ? .heic : nil
  }

  /// The format of a whole file.
  init(of bytes: [UInt8]) throws(PictureError.Problem) {
    guard !bytes.isEmpty else { throw .empty }
    let start = Array(bytes.prefix(Self.tellingBytes))
    guard let format = PictureFormat(firstBytes: start) else {
      throw .unknownFormat(resembles: UnreadFormat(firstBytes: start)?.name)
    }
    self = format
  }

  /// The format of a file of which only the first bytes are known, whatever its name is; nil if it is none of these.
  /// Two bytes, as BMP has them, are not enough here: a text may begin with them.
  package init?(ofUnknownFile bytes: [UInt8]) {
    guard let format = PictureFormat(firstBytes: bytes) else { return nil }
    switch format {
    case .bmp:
      // The length of the second header, in four bytes.
      guard bytes.count >= 18, [12, 16, 40, 52, 56, 64, 108, 124].contains(bytes[14]), bytes[15...17] == [0, 0, 0]
      else { return nil }
    case .jpegXL:
      guard bytes.count >= 12 else { return nil }
    default: break
    }
    self = format
  }

  /// Whether a decoder of the format is installed; for the formats of libvips the first call opens it.
  package var isReadable: Bool { VipsLibrary.kind(of: self) == nil || VipsLibrary.isAvailable }

  /// The Debian package that brings the decoder; nil if the decoder is built in.
  package var decoderPackage: String? { VipsLibrary.kind(of: self) == nil ? nil : VipsLibrary.package }

  /// The format for a file to be written, by the extension of its name: `.png`, `.jpg`, `.jpeg`, `.jpe`, `.webp`,
  /// `.tif`, `.tiff` or `.avif`.
  public init?(fileName: String) { self.init(fileName: FilePath(fileName)) }

  /// The format for a file to be written, by the extension of its name: `.png`, `.jpg`, `.jpeg`, `.jpe`, `.webp`,
  /// `.tif`, `.tiff` or `.avif`.
  public init?(fileName: FilePath) {
    let bytes = fileName.lowercasedASCII.bytes
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    let ending = String(decoding: bytes[(dot + 1)...], as: UTF8.self)
    guard let format = Self.writable.first(where: { $0.fileExtensions.contains(ending) }) else { return nil }
    self = format
  }

  /// The usual extension of file names, without the dot.
  public var fileExtension: String { fileExtensions[0] }

  /// The extensions of file names in lower case and without the dot, the usual one first.
  public var fileExtensions: [String] {
    switch self {
    case .png: ["png"]
    case .jpeg: ["jpg", "jpeg", "jpe"]
    case .webp: ["webp"]
    case .heic: ["heic", "heif", "hif"]
    case .avif: ["avif"]
    case .tiff: ["tif", "tiff"]
    case .gif: ["gif"]
    case .bmp: ["bmp", "dib"]
    case .jpegXL: ["jxl"]
    case .jpeg2000: ["jp2", "j2k", "j2c", "jpc", "jpf", "jpx"]
    }
  }
}
