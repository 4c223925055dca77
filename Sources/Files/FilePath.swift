/// The path of a file: any bytes but zero, split at `/`.
///
/// Paths are stored, compared, sorted and hashed byte by byte, as Linux does. Two names that look alike, one in NFC and
/// one in NFD, are two files, and a name may be in Latin-1; `String` supports neither. Paths are not normalized, so
/// that messages quote a path as the user wrote it, and `out/` still says that a folder is meant.
public struct FilePath: Hashable, Sendable {
  /// The bytes, without the zero that ends a path in C.
  public let bytes: [UInt8]

  /// A path of these bytes.
  public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// The path of the UTF-8 of a text.
  public init(_ text: String) { bytes = Array(text.utf8) }

  static let slash = UInt8(ascii: "/")
  static let dot = UInt8(ascii: ".")
}

extension FilePath: ExpressibleByStringLiteral {
  /// A path such as `"photos/a.jpg"`.
  public init(stringLiteral text: String) { self.init(text) }
}

extension FilePath: Comparable {
  /// The order of the bytes, which is the same on every machine and in every language.
  public static func < (left: FilePath, right: FilePath) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

extension FilePath: CustomStringConvertible {
  /// The path on one line, for messages. Control characters and bytes that are not UTF-8 are escaped: `\n`, `\xE9`.
  public var description: String { String(printing: bytes) }

  /// The path as text, for JSON and for interfaces that take a `String`: UTF-8 as it is. A path that is not UTF-8 is
  /// escaped as in messages; then the text is not the path of the file.
  public var string: String { String(validating: bytes, as: UTF8.self) ?? description }
}

extension FilePath: Encodable {
  /// Encodes the path as text; see `string`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(string)
  }
}

// The parts of a path.
extension FilePath {
  /// Whether the path begins at the root.
  public var isAbsolute: Bool { bytes.first == Self.slash }

  /// Whether the path is empty.
  public var isEmpty: Bool { bytes.isEmpty }

  /// Whether the path ends with a slash, which says that a folder is meant.
  public var endsWithSlash: Bool { bytes.last == Self.slash }

  /// The names between the slashes: `a` and `b` for `a/b` as well as for `/a//b/`.
  public var components: [FilePath] { bytes.split(separator: Self.slash).map { FilePath(bytes: $0) } }

  /// The last name, such as `photo.jpg`; nil for an empty path and for the root.
  public var lastComponent: FilePath? { bytes.split(separator: Self.slash).last.map { FilePath(bytes: $0) } }

  /// The folder that the path is in: `a` of `a/b` and of `a/b/`, `.` of `b`, and `/` of `/b`.
  public var parent: FilePath {
    guard let end = bytes.lastIndex(where: { $0 != Self.slash }) else { return isEmpty ? "." : "/" }
    guard let slash = bytes[...end].lastIndex(of: Self.slash) else { return "." }
    return slash == 0 ? "/" : FilePath(bytes: bytes[..<slash])
  }

  /// The last name without its extension: `photo` of `folder/photo.jpg`, `.hidden` of `.hidden`.
  public var stem: FilePath {
    let name = lastComponent?.bytes ?? []
    guard let dot = name.lastIndex(of: Self.dot), dot > 0 else { return FilePath(bytes: name) }
    return FilePath(bytes: name[..<dot])
  }

  /// What follows the last dot of the last name, such as `jpg`, as text; nil if the name has none or begins with it.
  public var `extension`: String? {
    let name = lastComponent?.bytes ?? []
    guard let dot = name.lastIndex(of: Self.dot), dot > 0 else { return nil }
    return String(decoding: name[(dot + 1)...], as: UTF8.self)
  }

  /// Whether the last bytes are those of `text`.
  public func hasSuffix(_ text: String) -> Bool { bytes.suffix(text.utf8.count).elementsEqual(text.utf8) }

  /// Whether the first bytes are those of `text`.
  public func hasPrefix(_ text: String) -> Bool { bytes.starts(with: text.utf8) }

  /// The path with every ASCII letter in lower case.
  package var lowercasedASCII: FilePath {
    FilePath(bytes: bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 })
  }
}

// Longer paths.
extension FilePath {
  /// The path `name` in this folder: `folder/name`. If one of them is empty, the other.
  public func appending(_ name: FilePath) -> FilePath {
    if isEmpty { return name }
    if name.isEmpty { return self }
    return FilePath(bytes: bytes + (endsWithSlash ? [] : [Self.slash]) + name.bytes)
  }

  /// The path with `text` added to its last name: `photo.png.part` of `photo.png` and `.part`.
  public func adding(suffix text: String) -> FilePath { FilePath(bytes: bytes + Array(text.utf8)) }

  /// The absolute path: a relative path is taken to be in `folder`.
  public func absolute(in folder: FilePath) -> FilePath { isAbsolute ? self : folder.appending(self) }
}

extension FilePath {
  /// Calls `body` with the path as a C string. C would cut a path short at a zero byte, so such a path becomes an empty
  /// one, for which every system call reports that there is no such file.
  package func withCString<Result, Problem: Error>(
    _ body: (UnsafePointer<CChar>) throws(Problem) -> Result
  ) throws(Problem) -> Result {
    let terminated = bytes.contains(0) ? [0] : bytes.map { CChar(bitPattern: $0) } + [0]
    return try terminated.withUnsafeBufferPointer { buffer throws(Problem) in
      try body(buffer.baseAddress.unsafelyUnwrapped)
    }
  }

  /// The path in a C string.
  package init(cString: UnsafePointer<CChar>) {
    var bytes: [UInt8] = []
    var next = cString
    while next.pointee != 0 {
      bytes.append(UInt8(bitPattern: next.pointee))
      next += 1
    }
    self.bytes = bytes
  }
}
