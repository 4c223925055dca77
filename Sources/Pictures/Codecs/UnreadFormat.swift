package import Files

/// A well-known format that is not read. The first bytes tell it or, for what has none of its own, the name.
package struct UnreadFormat: Hashable, Sendable {
  /// What files of the format hold.
  package enum Kind: Hashable, Sendable {
    case picture
    /// What a camera's sensor saw. Most are TIFF files whose first page is a thumbnail.
    case raw
    case video
    case document
  }

  /// The name for messages, such as `PSD`.
  package let name: String
  package let kind: Kind

  private init(_ name: String, _ kind: Kind = .picture) {
    self.name = name
    self.kind = kind
  }

  /// The format of a file that begins with `bytes`; nil if it is none of these.
  package init?(firstBytes bytes: [UInt8]) {
    if let known = Self.signatures.first(where: { bytes.dropFirst($0.place).starts(with: $0.bytes) }) {
      self = known.format
    } else if let format = Self.formatOfContainer(bytes) ?? Self.formatOfText(bytes) {
      self = format
    } else {
      return nil
    }
  }

  /// The format that the extension of a file's name tells; nil if it tells none of these.
  package init?(fileName: FilePath) {
    guard let ending = fileName.lowercasedASCII.extension, let format = Self.endings[ending] else { return nil }
    self = format
  }

  private struct Signature {
    let format: UnreadFormat
    let place: Int
    let bytes: [UInt8]

    init(_ name: String, _ kind: Kind = .picture, at place: Int = 0, text: String) {
      self.init(name, kind, at: place, bytes: Array(text.utf8))
    }

    init(_ name: String, _ kind: Kind = .picture, at place: Int = 0, bytes: [UInt8]) {
      format = UnreadFormat(name, kind)
      self.place = place
      self.bytes = bytes
    }
  }

  private static let signatures: [Signature] = [
    Signature("PSD", text: "8BPS"), Signature("XCF", text: "gimp xcf"),
    Signature("OpenEXR", bytes: [0x76, 0x2F, 0x31, 0x01]), Signature("Radiance HDR", text: "#?RADIANCE"),
    Signature("Radiance HDR", text: "#?RGBE"), Signature("DDS", text: "DDS "), Signature("QOI", text: "qoif"),
    Signature("FLIF", text: "FLIF"), Signature("BPG", bytes: [0x42, 0x50, 0x47, 0xFB]),
    Signature("MNG", bytes: [0x8A, 0x4D, 0x4E, 0x47]), Signature("JNG", bytes: [0x8B, 0x4A, 0x4E, 0x47]),
    Signature("JPEG XR", bytes: [0x49, 0x49, 0xBC, 0x01]), Signature("ICNS", text: "icns"),
    Signature("FITS", text: "SIMPLE  ="), Signature("DICOM", at: 128, text: "DICM"),
    Signature("DjVu", text: "AT&TFORM"), Signature("WMF", bytes: [0xD7, 0xCD, 0xC6, 0x9A]),
    Signature("EMF", at: 40, text: " EMF"), Signature("EPS", bytes: [0xC5, 0xD0, 0xD3, 0xC6]),
    Signature("XPM", text: "/* XPM */"), Signature("ICO", bytes: [0x00, 0x00, 0x01, 0x00]),
    Signature("CUR", bytes: [0x00, 0x00, 0x02, 0x00]), Signature("CR2", .raw, at: 8, text: "CR\u{2}"),
    Signature("CRW", .raw, at: 6, text: "HEAPCCDR"), Signature("ORF", .raw, text: "IIRO"),
    Signature("ORF", .raw, text: "IIRS"), Signature("ORF", .raw, text: "MMOR"), Signature("RW2", .raw, text: "IIU\0"),
    Signature("RAF", .raw, text: "FUJIFILMCCD-RAW"), Signature("X3F", .raw, text: "FOVb"),
    Signature("MRW", .raw, text: "\0MRM"), Signature("Matroska", .video, bytes: [0x1A, 0x45, 0xDF, 0xA3]),
    Signature("AVI", .video, at: 8, text: "AVI "), Signature("FLV", .video, text: "FLV\u{1}"),
    Signature("MPEG", .video, bytes: [0x00, 0x00, 0x01, 0xBA]),
    Signature("MPEG", .video, bytes: [0x00, 0x00, 0x01, 0xB3]),
    Signature("WMV", .video, bytes: [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
    Signature("YUV4MPEG2", .video, text: "YUV4MPEG2 "), Signature("QuickTime", .video, at: 4, text: "moov"),
    Signature("PDF", .document, text: "%PDF"), Signature("AppleDouble", .document, bytes: [0x00, 0x05, 0x16, 0x07]),
  ]

  /// The format of a file that begins with the box `ftyp` and is no picture that is read.
  private static func formatOfContainer(_ bytes: [UInt8]) -> UnreadFormat? {
    guard bytes.count >= 12, bytes[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    switch String(decoding: bytes[8..<12], as: UTF8.self) {
    case "crx ": return UnreadFormat("CR3", .raw)
    case "qt  ": return UnreadFormat("QuickTime", .video)
    case "mif2", "mif3", "jpeg", "jpgs", "vvic", "evbi", "j2ki", "pict": return UnreadFormat("HEIF")
    case "M4A ", "M4B ", "M4P ": return UnreadFormat("MPEG-4 audio", .document)
    default: return UnreadFormat("MP4", .video)
    }
  }

  private static func formatOfText(_ bytes: [UInt8]) -> UnreadFormat? {
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    let start = text.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    if start.starts(with: "<svg".utf8) { return UnreadFormat("SVG") }
    if start.starts(with: "%!PS-Adobe".utf8) {
      return String(decoding: start.prefix(40), as: UTF8.self).contains("EPSF") ? UnreadFormat("EPS") : nil
    }
    let isMarkup = start.starts(with: "<?xml".utf8) || start.starts(with: "<!".utf8)
    if isMarkup, String(decoding: start, as: UTF8.self).contains("<svg") { return UnreadFormat("SVG") }
    return isPortableAnymap(Array(bytes.prefix(16))) ? UnreadFormat("PNM") : nil
  }

  /// P1 to P7, PF or Pf, white space, and a number, a comment, or the first word of a PAM header.
  private static func isPortableAnymap(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 3, bytes[0] == UInt8(ascii: "P"), "1234567Ff".utf8.contains(bytes[1]),
      bytes[2] == 0x20 || 0x09...0x0D ~= bytes[2]
    else { return false }
    return 0x30...0x39 ~= bytes[3] || bytes[3] == UInt8(ascii: "#")
      || bytes[1] == UInt8(ascii: "7") && bytes[3...].starts(with: "WIDTH".utf8)
  }

  /// The formats by the extensions of names.
  private static let endings: [String: UnreadFormat] = {
    var formats: [String: UnreadFormat] = [:]
    func add(_ kind: Kind, _ names: String) {
      for name in names.split(separator: " ") { formats[String(name)] = UnreadFormat(name.uppercased(), kind) }
    }
    add(
      .picture,
      """
      psd psb svg svgz eps ico cur xcf exr hdr pnm pbm pgm ppm pam pfm tga dds pcx qoi flif bpg jng mng jxr hdp wdp \
      icns sgi fits dcm djvu emf wmf kra ora xpm xbm cin dpx jpm jls wp2 ai
      """)
    add(
      .raw,
      """
      3fr arw cr2 cr3 crw dcr dng erf fff gpr iiq k25 kdc mdc mef mos mrw nef nrw orf pef raf raw rw2 rwl rwz sr2 srf \
      srw x3f
      """)
    add(.video, "mp4 m4v mov mkv webm avi mpg mpeg mts m2ts wmv flv 3gp ogv y4m vob")
    add(.document, "pdf")
    return formats
  }()
}
