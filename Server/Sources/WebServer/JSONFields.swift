/// The members of a JSON object as the fields of a form: texts, numbers and truth values. Members that are null are
/// left out, as if they were not there.
struct JSONFields: Decodable {
  private let fields: [(name: String, value: String)]

  /// The fields of a body, sorted by name.
  ///
  /// - Throws: `Refusal` if the body is no JSON object of such members.
  static func read(_ bytes: [UInt8]) throws(Refusal) -> [(name: String, value: String)] {
    do { return try JSONText.decode(JSONFields.self, from: bytes).fields } catch {
      throw .badRequest("the body is no JSON object of texts, numbers, true and false")
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    fields = try container.allKeys.sorted { $0.stringValue < $1.stringValue }.compactMap { name in
      if try container.decodeNil(forKey: name) { return nil }
      if let text = try? container.decode(String.self, forKey: name) { return (name.stringValue, text) }
      if let truth = try? container.decode(Bool.self, forKey: name) { return (name.stringValue, "\(truth)") }
      if let integer = try? container.decode(Int.self, forKey: name) { return (name.stringValue, "\(integer)") }
      return (name.stringValue, "\(try container.decode(Double.self, forKey: name))")
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
