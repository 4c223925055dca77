/// Decodes base64 piece by piece, and counts what it decodes: RFC 4648, section 4, and the alphabet of section 5.
///
/// White space is skipped, because MIME breaks lines. Padding may be left out.
public struct Base64Reader: Sendable {
  /// The number of decoded bytes so far.
  public private(set) var count = 0
  private let limit: Int
  /// Bits that are no whole byte yet.
  private var bits: UInt32 = 0
  /// The number of characters of the current group of four.
  private var position = 0
  /// The number of padding characters.
  private var padding = 0

  /// Creates a reader.
  ///
  /// - Parameter limit: the largest number of decoded bytes.
  public init(limit: Int) { self.limit = limit }

  /// Decodes the next piece.
  ///
  /// After an error the reader must not be used again.
  /// - Parameters:
  ///   - piece: any number of characters.
  ///   - result: the decoded bytes are appended to it.
  /// - Throws: `FormError` if the piece is not base64, or if there are more bytes than the limit allows.
  public mutating func read(_ piece: some Collection<UInt8>, into result: inout [UInt8]) throws(FormError) {
    for character in piece {
      let value = Self.values[Int(character)]
      switch value {
      case 0..<64:
        guard padding == 0 else { throw .malformed("the base64 text goes on after its end") }
        bits = bits << 6 | UInt32(value)
        position += 1
        guard position > 1 else { continue }
        guard count < limit else { throw .tooLarge("the base64 text stands for more than \(limit) bytes") }
        count += 1
        let rest = 8 - 2 * position
        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(rest)))
        bits &= 1 << UInt32(rest) - 1
        if position == 4 { position = 0 }
      case Self.space: continue
      case Self.equals:
        padding += 1
        guard position >= 2, position + padding <= 4 else { throw .malformed("the base64 text has too much padding") }
      default: throw .malformed("the base64 text holds a character that base64 does not have")
      }
    }
  }

  /// Ends the text.
  ///
  /// - Throws: `FormError` if the text ends within a byte.
  public func finish() throws(FormError) {
    let isComplete = padding == 0 ? position != 1 : position + padding == 4
    guard isComplete, bits == 0 else { throw .malformed("the base64 text ends early") }
  }

  private static let space: UInt8 = 64
  private static let equals: UInt8 = 65
  private static let unknown: UInt8 = 66
  /// What each character stands for.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: unknown, count: 256)
    let letters = Array(UInt8(ascii: "A")...UInt8(ascii: "Z")) + Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
    let characters = letters + Array(UInt8(ascii: "0")...UInt8(ascii: "9")) + "+/".utf8
    for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
    (values[Int(UInt8(ascii: "-"))], values[Int(UInt8(ascii: "_"))]) = (62, 63)
    for character in " \t\r\n".utf8 { values[Int(character)] = space }
    values[Int(UInt8(ascii: "="))] = equals
    return values
  }()
}
