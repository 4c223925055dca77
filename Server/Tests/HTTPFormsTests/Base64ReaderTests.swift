import HTTPForms
import Testing

/// Base64 in pieces, and its limit.
@Suite struct Base64ReaderTests {
  private static func decoded(_ text: String, pieces: Int = 1, limit: Int = 100) throws -> String {
    var reader = Base64Reader(limit: limit)
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      try reader.read(rest.prefix(pieces), into: &result)
      rest = rest.dropFirst(pieces)
    }
    try reader.finish()
    #expect(reader.count == result.count)
    return String(decoding: result, as: UTF8.self)
  }

  /// RFC 4648, section 10, and both alphabets.
  @Test(arguments: [
    ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"),
    ("Zm9vYmFy", "foobar"), ("Zg", "f"), ("Zm8", "fo"), (" Z\r\nm 9\tv\n", "foo"), ("fn5+Pz8/", "~~~???"),
    ("fn5-Pz8_", "~~~???"), ("Zg= =", "f"),
  ])
  func textIsDecodedHoweverItArrives(text: String, expected: String) throws {
    for pieces in 1...9 { #expect(try Self.decoded(text, pieces: pieces) == expected, "pieces of \(pieces)") }
  }

  @Test(arguments: [
    "Z", "Zm9vY", "Zg=", "=", "Z=", "Zm9v=", "Zg===", "Zm8==", "Zg==Zg==", "Zh==", "Zm9=", "Z!==", "é", "Zg\0=",
    "data:image/png;base64,Zm9v",
  ])
  func malformedTextIsRefused(_ text: String) {
    let error = #expect(throws: FormError.self) { try Self.decoded(text) }
    #expect(error?.kind == .malformed)
  }

  @Test func theLimitCountsDecodedBytes() throws {
    #expect(try Self.decoded("Zm9vYg==", limit: 4) == "foob")
    let error = #expect(throws: FormError.self) { try Self.decoded("Zm9vYmE=", limit: 4) }
    #expect(error?.kind == .tooLarge)
  }
}
