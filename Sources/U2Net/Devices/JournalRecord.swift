import FoundationEssentials

/// A value that is kept as a line of JSON in a journal of the cache.
protocol JournalRecord: Codable {}

extension JournalRecord {
  /// Reads a line; nil if it holds something else, such as the record of an earlier version.
  init?(line: String) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let record = try? decoder.decode(Self.self, from: Data(line.utf8)) else { return nil }
    self = record
  }

  /// The record as one line; nil if it cannot be encoded.
  var line: String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }
}
