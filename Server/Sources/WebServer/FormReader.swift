internal import HTTPForms
internal import HTTPTypes
internal import NIOCore
internal import U2Net

/// What a request says: its fields and its files, however it was sent.
struct Form: Sendable {
  /// A file.
  struct File: Sendable {
    /// The content.
    var bytes: [UInt8]
    /// The media type that the client states, without parameters; nil if it states none.
    var mediaType: String?
    /// The name that the client states: a label and never a path; nil if it states none.
    var name: String?
  }

  /// The fields, in their order: those of the address first.
  var fields: [(name: String, value: String)] = []
  /// The files by the names of their fields.
  var files: [String: File] = [:]

  /// Takes the only field of a name.
  ///
  /// - Throws: `Refusal` if there are two.
  mutating func take(_ name: String) throws(Refusal) -> String? {
    let values = fields.filter { $0.name == name }.map(\.value)
    guard values.count < 2 else { throw .badRequest("the field \(name) is there twice") }
    fields.removeAll { $0.name == name }
    return values.first
  }
}

/// Which fields of a form are files.
struct FormRules: Sendable {
  /// The fields that are files, each of them at most once.
  var files: Set<String> = ["image"]
  /// The fields that are files in base64, and the names under which their bytes are found.
  var base64Files: [String: String] = [:]
  /// The file that the body is if it is no form; nil if it must be one.
  var wholeBody: String? = "image"
  /// Whether a field that may be a file is one only if it has a file's name, and a field otherwise.
  var filesHaveNames = false
  /// The fields that are files if they have a file's name or a media type, and texts otherwise: `over`, a picture or a
  /// colour.
  var filesOrTexts: Set<String> = []

  /// Whether the text of a field that may be a file is none: a colour, `RRGGBB`.
  func isText(_ name: String, _ value: some Collection<UInt8>) -> Bool {
    guard filesOrTexts.contains(name) else { return false }
    return value.count <= 7 && value.drop { $0 == UInt8(ascii: "#") }.count == 6
  }

  /// Whether a part of a multipart form is a file.
  func isFile(_ part: FormPart) -> Bool {
    guard files.contains(part.name) else { return false }
    if part.fileName != nil { return true }
    if filesOrTexts.contains(part.name) { return part.mediaType.map { !$0.hasPrefix("text/") } ?? false }
    return !filesHaveNames
  }
}

/// Reads requests with files: a multipart form, a form as in an address, an object in JSON, or the bytes of one file.
struct FormReader {
  private let rules: FormRules
  private let limits: WebServer.Limits

  init(_ rules: FormRules, _ limits: WebServer.Limits) { (self.rules, self.limits) = (rules, limits) }

  /// Reads a request.
  ///
  /// - Throws: `Refusal` if the request is refused; an error of the connection if the client leaves.
  func form(of exchange: Exchange) async throws -> Form {
    var form = Form()
    do {
      for field in try URLEncodedForm(exchange.query.utf8).fields { form.fields.append((field.name, field.value)) }
      guard exchange.head.method == .post else { return form }
      let type = exchange.head.headerFields[.contentType] ?? "application/octet-stream"
      if let reader = try MultipartReader(contentType: type, limits: multipartLimits) {
        try await readMultipart(exchange.body, reader, &form)
      } else {
        try await readWhole(exchange.body, try HeaderValue(type.utf8).word, &form)
      }
    } catch let error as FormError {
      throw error.kind == .tooLarge ? Refusal.tooLarge(error.description) : .badRequest(error.description)
    }
    return form
  }

  private var multipartLimits: MultipartReader.Limits {
    var limits = MultipartReader.Limits()
    limits.parts = self.limits.parts
    limits.largeFields = rules.files.union(rules.base64Files.keys)
    return limits
  }

  private func readMultipart(_ body: RequestReader, _ reader: MultipartReader, _ form: inout Form) async throws {
    var (reader, collector) = (reader, PartCollector(rules, limits, form))
    try await body.read(atMost: limits.bodyBytes) { piece in
      try reader.read(piece) { try collector.take($0) }
    }
    try reader.finish()
    form = collector.form
  }

  private func readWhole(_ body: RequestReader, _ type: String, _ form: inout Form) async throws {
    switch type {
    case "application/x-www-form-urlencoded" where !rules.base64Files.isEmpty || rules.wholeBody == nil:
      let bytes = try await body.bytes(atMost: limits.bodyBytes)
      // curl says that bytes are a form unless it is told what they are.
      if let name = rules.wholeBody, PictureFormat(firstBytes: bytes.prefix(256)) != nil {
        form.files[name] = Form.File(bytes: bytes)
        return
      }
      var formLimits = URLEncodedForm.Limits()
      formLimits.bytes = limits.bodyBytes
      for field in try URLEncodedForm(bytes, limits: formLimits).fields { try add(field.name, field.value, &form) }
    case "application/json":
      let bytes = try await body.bytes(atMost: limits.bodyBytes)
      for (name, value) in try JSONFields.read(bytes) { try add(name, value, &form) }
    default:
      guard let name = rules.wholeBody else {
        throw Refusal(.unsupportedMediaType, .badRequest, "the body is no form: send multipart/form-data")
      }
      form.files[name] = Form.File(bytes: try await body.bytes(atMost: limits.bodyBytes), mediaType: type)
    }
  }

  private func add(_ name: String, _ value: String, _ form: inout Form) throws {
    guard let file = rules.base64Files[name], !rules.isText(name, value.utf8) else {
      form.fields.append((name, value))
      return
    }
    guard form.files[file] == nil else { throw Refusal.badRequest("there are two files for \(file)") }
    form.files[file] = Form.File(bytes: try Base64Text.bytes(value.utf8, limits.bodyBytes))
  }
}

/// Collects the parts of a multipart form.
private struct PartCollector {
  private let rules: FormRules
  private let limits: WebServer.Limits
  private(set) var form: Form
  private var part: FormPart?
  private var content: [UInt8] = []
  private var partNumber = 0

  init(_ rules: FormRules, _ limits: WebServer.Limits, _ form: Form) {
    (self.rules, self.limits, self.form) = (rules, limits, form)
  }

  mutating func take(_ event: MultipartReader.Event) throws {
    switch event {
    case .part(let part): (self.part, content, partNumber) = (part, [], partNumber + 1)
    case .bytes(let bytes): content += bytes
    case .endOfPart: try end()
    }
  }

  private mutating func end() throws {
    guard let part else { return }
    defer { (self.part, content) = (nil, []) }
    if rules.isFile(part) {
      try add(Form.File(bytes: content, mediaType: part.mediaType, name: part.fileName), part.name)
    } else if let file = rules.base64Files[part.name], !rules.isText(part.name, content) {
      try add(Form.File(bytes: try Base64Text.bytes(content, limits.bodyBytes)), file)
    } else {
      guard part.fileName == nil else {
        let names = rules.files.sorted().joined(separator: ", ")
        throw Refusal.badRequest("part \(partNumber) of the form is a file that is not asked for; files are: \(names)")
      }
      guard let value = String(validating: content, as: UTF8.self) else {
        throw Refusal.badRequest("part \(partNumber) of the form is not UTF-8")
      }
      form.fields.append((part.name, value))
    }
  }

  private mutating func add(_ file: Form.File, _ name: String) throws(Refusal) {
    guard form.files.updateValue(file, forKey: name) == nil else {
      throw .badRequest("the form has two parts \(name)")
    }
  }
}

/// Bytes in base64, by themselves or as a `data:` address.
enum Base64Text {
  /// Decodes a text.
  ///
  /// - Throws: `FormError` if it is not base64, or stands for more bytes than the limit.
  static func bytes(_ text: some Collection<UInt8>, _ limit: Int) throws(FormError) -> [UInt8] {
    var reader = Base64Reader(limit: limit)
    var bytes: [UInt8] = []
    let text = text.starts(with: "data:".utf8) ? text[text.index(after: comma(in: text))...] : text[...]
    try reader.read(text, into: &bytes)
    try reader.finish()
    return bytes
  }

  private static func comma<Text: Collection<UInt8>>(in text: Text) -> Text.Index {
    guard let comma = text.prefix(200).firstIndex(of: UInt8(ascii: ",")) else {
      return text.index(text.startIndex, offsetBy: 4)
    }
    return comma
  }
}
