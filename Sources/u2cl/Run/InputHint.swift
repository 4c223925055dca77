import Files
import Pictures

/// What to do about an argument that is no picture, where it is plain what was meant.
enum InputHint {
  /// Why a name is none of a file or a pattern; nil if it may be one.
  static func notFile(_ name: FilePath) -> String? {
    guard !name.exists else { return nil }
    let text = name.string
    if let end = text.firstRange(of: "://"), isScheme(text[..<end.lowerBound]) {
      guard text.lowercased().hasPrefix("file:") else {
        return "is an address and not a file; download it first (curl -LO), or pipe it into 'u2cl run - -o mask.png'"
      }
      return "is an address; write the path: \(path(ofAddress: name))"
    }
    if text.hasPrefix("-"), text != "-" { return "is no file; options stand before --, which makes names of the rest" }
    if text.lowercased().hasPrefix("data:") { return "is a data URI and not a file; decode it into a file first" }
    if text.hasPrefix("~") {
      let rest = text.hasPrefix("~/") ? String(text.dropFirst()) : "/…"
      return "begins with a ~ that the shell did not expand, as in quotation marks; write \"$HOME\(rest)\""
    }
    if text.count > 2, text.hasPrefix("\""), text.hasSuffix("\"") {
      return "is in quotation marks that are part of the name here; leave them out"
    }
    if text.hasPrefix("$") || text.hasPrefix("%") && text.dropFirst().contains("%") {
      return "holds a variable that the shell did not expand; write it in double quotation marks: \"$HOME/photo.jpg\""
    }
    let bytes = name.bytes
    if bytes.count > 2, bytes[1] == UInt8(ascii: ":"), "\\/".utf8.contains(bytes[2]), bytes[0] | 0x20 >= 97 {
      let drive = String(decoding: [bytes[0] | 0x20], as: UTF8.self)
      let rest = FilePath(bytes: bytes[2...].map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 })
      return "is a path of Windows; in WSL write /mnt/\(drive)\(rest)"
    }
    return nil
  }

  /// What a problem with a file means where its name says more; nil if it says nothing.
  static func advice(on problem: PictureError.Problem, of path: FilePath, _ bytes: [UInt8]) -> String? {
    switch problem {
    case .missing: return notFile(path)
    case .isDirectory: return "is a folder; name a picture"
    case .unknownFormat:
      let format = UnreadFormat(firstBytes: bytes) ?? UnreadFormat(fileName: path)
      guard let format, format.kind == .video else { return nil }
      return "is a video (\(format.name)); 'u2cl video' masks videos, and 'u2cl stream' raw frames"
    default: return nil
    }
  }

  private static func isScheme(_ text: Substring) -> Bool {
    text.first?.isLetter == true && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
  }

  /// The path in an address such as `file:///a%20b.jpg`.
  private static func path(ofAddress address: FilePath) -> FilePath {
    var rest = address.bytes.dropFirst("file://".utf8.count)
    // What stands between the slashes is a machine, such as localhost.
    rest = rest.drop { $0 != UInt8(ascii: "/") }
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.count == 2, let code = UInt8(digits, radix: 16), code != 0 {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return FilePath(bytes: bytes)
  }
}
