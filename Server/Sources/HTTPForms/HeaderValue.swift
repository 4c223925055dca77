/// The value of a header such as `Content-Type` and `Content-Disposition`: a word, and parameters.
///
/// `form-data; name="image"; filename*=UTF-8''caf%C3%A9.jpg`: RFC 9110, section 5.6.6, and RFC 8187.
public struct HeaderValue: Hashable, Sendable {
  /// The word before the parameters, in lower case: `form-data`, `multipart/form-data`.
  public let word: String
  /// The parameters as bytes, because file names may be in any encoding; names are in lower case.
  let parameters: [String: [UInt8]]

  /// Reads a value.
  ///
  /// - Throws: `FormError` if the value is malformed, or if a parameter occurs twice.
  public init(_ value: some Collection<UInt8>) throws(FormError) {
    var scanner = HeaderScanner(value)
    word = scanner.word().lowercased()
    guard !word.isEmpty else { throw .malformed("a header of the form has no value") }
    var parameters: [String: [UInt8]] = [:]
    while let (name, value) = try scanner.parameter() {
      guard parameters.updateValue(value, forKey: name) == nil else {
        throw .malformed("a header of the form has the same parameter twice")
      }
    }
    self.parameters = parameters
  }

  /// A parameter as text.
  ///
  /// - Returns: nil if there is no such parameter.
  /// - Throws: `FormError` if the parameter is not UTF-8.
  public func text(_ name: String) throws(FormError) -> String? {
    guard let bytes = parameters[name] else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed("a parameter of a header of the form is not UTF-8")
    }
    return text
  }

  /// A parameter that may have another character set, such as `filename*`, which goes before `filename`.
  ///
  /// A plain parameter that is not UTF-8 is repaired: old clients send file names in the encoding of their system, and
  /// that is no reason to refuse a picture.
  /// - Returns: nil if there is neither.
  /// - Throws: `FormError` if the extended parameter is malformed, or neither in UTF-8 nor in ISO-8859-1.
  public func extendedText(_ name: String) throws(FormError) -> String? {
    guard let extended = parameters[name + "*"] else {
      return parameters[name].map { String(decoding: $0, as: UTF8.self) }
    }
    let parts = extended.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .malformed("an extended parameter of the form has no character set") }
    guard let bytes = Percent.decoded(parts[2]) else {
      throw .malformed("an extended parameter of the form is not percent-encoded")
    }
    switch String(decoding: parts[0], as: UTF8.self).lowercased() {
    case "utf-8":
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .malformed("an extended parameter of the form is not UTF-8")
      }
      return text
    case "iso-8859-1": return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    default: throw .malformed("an extended parameter of the form is neither in UTF-8 nor in ISO-8859-1")
    }
  }
}

/// Reads the parts of a header's value from left to right.
private struct HeaderScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Everything up to the first semicolon or white space.
  mutating func word() -> String {
    skipSpace()
    return String(decoding: take { !HeaderBytes.isSpace($0) && $0 != UInt8(ascii: ";") }, as: UTF8.self)
  }

  /// The next parameter, with its name in lower case; nil at the end.
  mutating func parameter() throws(FormError) -> (name: String, value: [UInt8])? {
    skipSpace()
    guard next != nil else { return nil }
    guard skip(UInt8(ascii: ";")) else { throw .malformed("a header of the form lacks a semicolon") }
    skipSpace()
    // A semicolon at the end is common, and means nothing.
    guard next != nil else { return nil }
    let name = String(decoding: take(while: HeaderBytes.isToken), as: UTF8.self).lowercased()
    guard !name.isEmpty, skip(UInt8(ascii: "=")) else { throw .malformed("a parameter of the form lacks its name") }
    if skip(UInt8(ascii: "\"")) { return (name, try quoted()) }
    let value = take { HeaderBytes.isToken($0) || $0 >= 0x80 }
    guard !value.isEmpty else { throw .malformed("a parameter of the form has no value") }
    return (name, Array(value))
  }

  /// The rest of a quoted string. A backslash escapes a quotation mark or a backslash; before another byte it stands
  /// for itself, as in the paths that old browsers send.
  private mutating func quoted() throws(FormError) -> [UInt8] {
    var value: [UInt8] = []
    while let byte = next {
      position += 1
      if byte == UInt8(ascii: "\"") { return value }
      if byte == UInt8(ascii: "\\"), let escaped = next, escaped == UInt8(ascii: "\"") || escaped == byte {
        value.append(escaped)
        position += 1
      } else {
        value.append(byte)
      }
    }
    throw .malformed("a quoted parameter of the form has no end")
  }

  private mutating func take(while isTaken: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let taken = bytes[position...].prefix(while: isTaken)
    position = taken.endIndex
    return taken
  }

  private mutating func skipSpace() { _ = take(while: HeaderBytes.isSpace) }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }
}

/// The classes of bytes in headers.
enum HeaderBytes {
  static let carriageReturn = UInt8(ascii: "\r")
  static let lineFeed = UInt8(ascii: "\n")
  static let hyphen = UInt8(ascii: "-")

  /// Whether a byte is a space or a tab.
  static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  /// Whether a byte may be in a token: RFC 9110, section 5.6.2.
  static func isToken(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || marks.contains(byte) }

  /// Whether a byte may be in a boundary, but not at its end if it is a space: RFC 2046, section 5.1.1.
  static func isBoundary(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || boundaryMarks.contains(byte) }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }

  private static let marks = Set("!#$%&'*+-.^_`|~".utf8)
  private static let boundaryMarks = Set("'()+_,-./:=? ".utf8)
}
