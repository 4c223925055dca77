extension Form {
  /// A form of fields and files.
  init(_ fields: [(String, String)], _ files: [String: [UInt8]] = [:]) {
    self.fields = fields.map { ($0.0, $0.1) }
    self.files = files.mapValues { File(bytes: $0) }
  }
}

/// Reads the parameters of a form one by one. A parameter that nobody has read is an error, so that none is ignored.
struct ParameterReader {
  private var form: Form
  private let names: [String]

  /// - Parameters:
  ///   - form: the form.
  ///   - names: every parameter of the interface, for messages: a client's own text is not repeated.
  init(_ form: Form, names: [String]) { (self.form, self.names) = (form, names) }

  /// A text; nil if there is none, or if it is empty.
  mutating func text(_ name: String) throws(Refusal) -> String? {
    guard let text = try form.take(name), !text.isEmpty else { return nil }
    return text
  }

  /// A file; nil if there is none, or if it is empty, as browsers send it when no file was chosen.
  mutating func file(_ name: String) -> [UInt8]? {
    guard let file = form.files.removeValue(forKey: name), !file.bytes.isEmpty else { return nil }
    return file.bytes
  }

  /// One of several values; nil if there is none.
  mutating func choice<Value>(_ name: String, _ values: KeyValuePairs<String, Value>) throws(Refusal) -> Value? {
    guard let text = try text(name) else { return nil }
    guard let value = values.first(where: { $0.key == text.lowercased() })?.value else {
      throw .badRequest("\(name) is one of \(values.map(\.key).joined(separator: ", "))")
    }
    return value
  }

  /// A truth value, as Python's and other programs write it; nil if there is none.
  mutating func flag(_ name: String) throws(Refusal) -> Bool? {
    guard let text = try text(name)?.lowercased() else { return nil }
    if ["true", "1", "on", "yes", "t", "y"].contains(text) { return true }
    if ["false", "0", "off", "no", "f", "n"].contains(text) { return false }
    throw .badRequest("\(name) is true or false")
  }

  /// An integer; nil if there is none.
  mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
    guard let text = try text(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw .badRequest("\(name) goes from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Refuses a parameter that the server cannot heed, unless it has a value that changes nothing.
  ///
  /// - Parameters:
  ///   - harmless: values that change nothing, in lower case.
  ///   - reason: what the server has not.
  mutating func refuse(_ name: String, but harmless: [String], _ reason: String) throws(Refusal) {
    guard let text = try text(name), !harmless.contains(text.lowercased()) else { return }
    let values = harmless.isEmpty ? "leave it out" : "only \(harmless.joined(separator: ", ")) can be heeded"
    throw .badRequest("\(name): \(reason); \(values)")
  }

  /// Checks that every parameter was read.
  func finish() throws(Refusal) {
    // A name may come as a file where a text is expected, and the other way round.
    for name in form.fields.map(\.name) + form.files.keys where names.contains(name) {
      throw .badRequest("\(name) is not sent as it should be: a file as a file, and a text as a text")
    }
    guard form.fields.isEmpty, form.files.isEmpty else {
      throw .badRequest("there is a parameter that is not known; there are: \(names.joined(separator: ", "))")
    }
  }
}
