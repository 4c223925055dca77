internal import FoundationEssentials

/// JSON: the only use of Foundation in the server.
enum JSONText {
  /// A value as JSON, in one line, its members sorted.
  ///
  /// - Throws: `EncodingError` if a number is not finite.
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }

  /// Bytes in base64.
  static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// A value from JSON.
  ///
  /// - Throws: `DecodingError` if the bytes are no JSON, or no such value.
  static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from bytes: some Collection<UInt8>
  ) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}
