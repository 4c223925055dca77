internal import FoundationEssentials

/// JSON: the only use of Foundation, apart from the generated reader of ONNX files. Numbers that are not finite are
/// stored as the strings `inf`, `-inf` and `nan`.
package enum JSON {
  /// A value as JSON.
  ///
  /// - Parameter isForPeople: whether there is a line for each member; otherwise there is one line.
  package static func encode(_ value: some Encodable, isForPeople: Bool = false) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isForPeople { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return Array(try encoder.encode(value))
  }

  /// A value from JSON.
  ///
  /// - Throws: `DecodingError` if the bytes are no JSON, or no such value.
  package static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from bytes: some Collection<UInt8>
  ) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: Data(bytes))
  }
}
