/// The path of a file: any bytes but zero, split at `/`.
///
/// Paths are kept, compared, sorted and hashed byte by byte, as Linux does it: two names that look alike, one in NFC
/// and one in NFD, are two files, and a name in Latin-1 is a name. `String` can do neither. Nothing is normalized
/// either, so that messages quote a path as its user wrote it, and the slash at the end of `out/` still says that a
/// folder is meant. Use `description` in messages and `bytes` for everything else.
public struct FilePath: Hashable, Sendable {
  /// The path, without the zero that ends it in C.
  public let bytes: [UInt8]

  /// A path of these bytes.
  public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// A path that is known as text: its UTF-8.
  public init(_ text: String) { bytes = Array(text.utf8) }

  static let slash = UInt8(ascii: "/")
  static let dot = UInt8(ascii: ".")
}

extension FilePath: ExpressibleByStringLiteral {
  /// `"photos/a.jpg"`.
  public init(stringLiteral text: String) { self.init(text) }
}

extension FilePath: Comparable {
  /// The order of the bytes, which is the same on every machine and in every language.
  public static func < (left: FilePath, right: FilePath) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

extension FilePath: CustomStringConvertible {
  /// The path on one line for messages: control characters and bytes that are not UTF-8 appear as `\n` and `\xE9`.
  public var description: String { String(printing: bytes) }

  /// The path as text, for JSON and for interfaces that take a `String`. Bytes that are not UTF-8 become U+FFFD, and
  /// the text then names no file any more.
  public var string: String { String(decoding: bytes, as: UTF8.self) }
}

// The parts of a path.
extension FilePath {
  /// Whether the path begins at the root.
  public var isAbsolute: Bool { bytes.first == Self.slash }

  /// Whether the path is empty.
  public var isEmpty: Bool { bytes.isEmpty }

  /// Whether the path ends with a slash, by which users say that they mean a folder.
  public var endsWithSlash: Bool { bytes.last == Self.slash }

  /// The names between the slashes, in order; `a/b` and `/a//b/` have the same.
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
  /// The path of something in this folder: `folder/name`. Where one of the two is empty, the other.
  public func appending(_ name: FilePath) -> FilePath {
    if isEmpty { return name }
    if name.isEmpty { return self }
    return FilePath(bytes: bytes + (endsWithSlash ? [] : [Self.slash]) + name.bytes)
  }

  /// The path with `text` added to its last name: `photo.png.part` of `photo.png` and `.part`.
  public func adding(suffix text: String) -> FilePath { FilePath(bytes: bytes + Array(text.utf8)) }

  /// The path from the root: an absolute path is itself, any other lies in `folder`.
  public func absolute(in folder: FilePath) -> FilePath { isAbsolute ? self : folder.appending(self) }
}

extension FilePath {
  /// Calls `body` with the path as C has it. A path that holds a zero byte, which C would cut short, becomes an empty
  /// one, of which every system call says that there is no such file.
  package func withCString<Result, Problem: Error>(
    _ body: (UnsafePointer<CChar>) throws(Problem) -> Result
  ) throws(Problem) -> Result {
    let terminated = bytes.contains(0) ? [0] : bytes.map { CChar(bitPattern: $0) } + [0]
    return try terminated.withUnsafeBufferPointer { buffer throws(Problem) in
      try body(buffer.baseAddress.unsafelyUnwrapped)
    }
  }

  /// The path at a pointer to a C string.
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
