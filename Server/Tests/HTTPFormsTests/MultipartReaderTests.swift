import HTTPForms
import Testing

/// Whole forms, split in every way, and forms that are refused.
@Suite struct MultipartReaderTests {
  /// A form, and the name, the file's name, the type and the content of its parts.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let body: String
    let parts: [Expected]
  }

  /// What a part should be read as.
  struct Expected: Hashable, Sendable {
    let name: String
    var fileName: String?
    var mediaType: String?
    var content = ""

    init(_ name: String, fileName: String? = nil, mediaType: String? = nil, _ content: String = "") {
      (self.name, self.fileName, self.mediaType, self.content) = (name, fileName, mediaType, content)
    }
  }

  static let cases = [
    Case(
      testDescription: "a field and a file",
      body: """
        --AaB03x\r
        Content-Disposition: form-data; name="model"\r
        \r
        u2netp\r
        --AaB03x\r
        content-disposition: form-data; name="image"; filename="a.jpg"\r
        Content-Type: image/JPEG; q=1\r
        \r
        \u{1}\r\n--AaB03\r\n\r--\r\n-\r
        --AaB03x--\r

        """,
      parts: [
        Expected("model", "u2netp"),
        Expected("image", fileName: "a.jpg", mediaType: "image/jpeg", "\u{1}\r\n--AaB03\r\n\r--\r\n-"),
      ]),
    Case(
      testDescription: "preamble, padding and epilogue",
      body: """
        Not for you: --AaB03x\r
        --AaB03\r
        --AaB03x \t \r
        Content-Disposition:form-data;name=a;\r
        \r
        1\r
        --AaB03x-- \t\r
        --AaB03x\r
        and more
        """,
      parts: [Expected("a", "1")]),
    Case(
      testDescription: "empty parts",
      body: """
        --AaB03x\r
        Content-Disposition: form-data; name=""\r
        \r
        \r
        --AaB03x\r
        Content-Disposition: form-data; name=b\r
        \r
        --AaB03x\r
        Content-Disposition: form-data; name=c\r
        \r
        \r
        \r
        --AaB03x--
        """,
      parts: [Expected(""), Expected("b"), Expected("c", "\r\n")]),
    Case(
      testDescription: "no parts", body: "--AaB03x--", parts: []),
    Case(
      testDescription: "quotes and other alphabets",
      body: """
        --AaB03x\r
        X-Other: anything = "here; \r
        Content-Disposition: form-data; name="a\\"b\\\\c;d"; filename="C:\\dir\\é.jpg"\r
        Content-Transfer-Encoding: binary\r
        \r
        1\r
        --AaB03x\r
        Content-Disposition: form-data; NAME="x"; filename="plain"; filename*=utf-8'de'f%C3%BCr.png\r
        \r
        2\r
        --AaB03x\r
        Content-Disposition: form-data; name=y; filename*=ISO-8859-1''f%FCr.png\r
        \r
        3\r
        --AaB03x--\r

        """,
      parts: [
        Expected("a\"b\\c;d", fileName: "C:\\dir\\é.jpg", "1"), Expected("x", fileName: "für.png", "2"),
        Expected("y", fileName: "für.png", "3"),
      ]),
  ]

  private static func expected(_ parts: [ReadPart]) -> [Expected] {
    parts.map { Expected($0.part.name, fileName: $0.part.fileName, mediaType: $0.part.mediaType, $0.text) }
  }

  @Test(arguments: cases) func formsAreTheSameHoweverTheyArrive(_ form: Case) throws {
    let body = Array(form.body.utf8)
    for first in 0...body.count {
      for second in first...body.count {
        let parts = try readForm([body[..<first], body[first..<second], body[second...]])
        guard Self.expected(parts) == form.parts else {
          Issue.record("split at \(first) and \(second): \(Self.expected(parts))")
          return
        }
      }
    }
    #expect(Self.expected(try readForm(body.map { [$0] })) == form.parts, "byte by byte")
  }

  private static let field = "--AaB03x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n"

  @Test(arguments: [
    "", "--AaB03x", "--AaB03x-", "--AaB03x\r\n", "no boundary", field, field + "--AaB03x", "--AaB03x\r\n\r\n",
    // Delimiters
    "--AaB03x-x", "--AaB03xy\r\n", "--AaB03x\n", field + "--AaB03x1--\r\n", "--AaB03x \r \n", "--AaB03x --\r\n",
    // Line breaks and names of headers
    "--AaB03x\r\nContent-Disposition: form-data; name=a\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition : form-data; name=a\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\n: form-data; name=a\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nX: \0\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nX: a\rContent-Disposition: form-data; name=a\r\n\r\n1\r\n--AaB03x--",
    // Content-Disposition
    "--AaB03x\r\nContent-Type: text/plain\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=a; =b\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=a b\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=a; filename*=b\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=a; filename*=utf-8''%C3%2\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=a; filename*=utf-8''%FF\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=a; filename*=utf-7''b\r\n\r\n1\r\n--AaB03x--",
    "--AaB03x\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n1\r\n--AaB03x--",
  ])
  func malformedFormsAreRefusedHoweverTheyArrive(_ form: String) {
    let body = Array(form.utf8)
    for place in 0...body.count {
      let error = #expect(throws: FormError.self) { try readForm([body[..<place], body[place...]]) }
      #expect(error?.kind == .malformed, "split at \(place)")
    }
  }

  @Test func namesThatAreNotUTF8AreRefusedAndFileNamesRepaired() throws {
    func form(_ parameter: String) -> [UInt8] {
      let text = "--AaB03x\r\nContent-Disposition: form-data; \(parameter)=\"?\"; x=1\r\n\r\n1\r\n--AaB03x--"
      return text.utf8.map { $0 == UInt8(ascii: "?") ? 0xFC : $0 }
    }
    #expect(throws: FormError.self) { try readForm([form("name")]) }
    #expect(try readForm([form("name=a; filename")])[0].part.fileName == "\u{FFFD}")
  }

  @Test(arguments: ["", "é", "a b ", "a\"b", String(repeating: "b", count: 71)])
  func wrongBoundariesAreRefused(_ boundary: String) {
    #expect(throws: FormError.self) { _ = try MultipartReader(boundary: boundary) }
  }

  @Test func theContentTypeTellsTheBoundary() throws {
    #expect(try MultipartReader(contentType: "application/json") == nil)
    #expect(throws: FormError.self) { _ = try MultipartReader(contentType: "multipart/form-data") }
    #expect(throws: FormError.self) {
      _ = try MultipartReader(contentType: "multipart/form-data; boundary=a; boundary=b")
    }
    var reader = try #require(try MultipartReader(contentType: "Multipart/Form-Data; charset=utf-8; Boundary=\"a b\""))
    var count = 0
    try reader.read("--a b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--a b--".utf8) { _ in count += 1 }
    try reader.finish()
    #expect(count == 3)
  }

  @Test func limitsHoldToTheByte() throws {
    func form(_ parts: String...) -> [[UInt8]] { [Array((parts + ["--AaB03x--"]).joined().utf8)] }
    func part(_ name: String, _ content: String, file: Bool = false) -> String {
      "--AaB03x\r\nContent-Disposition: form-data; name=\(name)\(file ? "; filename=f" : "")\r\n\r\n\(content)\r\n"
    }
    var limits = MultipartReader.Limits()
    (limits.parts, limits.fieldBytes, limits.largeFields) = (2, 4, ["b64"])
    limits.headerBytes = "Content-Disposition: form-data; name=a; filename=f\r\n\r\n".utf8.count + 3
    let pair = try readForm(form(part("a", "1234"), part("a", "12345", file: true)), limits: limits)
    #expect(pair.map(\.text) == ["1234", "12345"])
    #expect(try readForm(form(part("b64", "12345")), limits: limits)[0].text == "12345")
    for refused in [
      form(part("a", "12345")), form(part("a", ""), part("b", ""), part("c", "")),
      form(part("aaaaa", "", file: true)), form("--AaB03x" + String(repeating: " ", count: 200)),
      form("--AaB03x\r\nX: " + String(repeating: "x", count: 200)),
    ] {
      for pieces in [refused, refused[0].map { [$0] }] {
        let error = #expect(throws: FormError.self) { try readForm(pieces, limits: limits) }
        #expect(error?.kind == .tooLarge)
      }
    }
  }

  @Test func theHandlersErrorEndsTheCall() throws {
    var reader = try MultipartReader(boundary: "AaB03x")
    #expect(throws: Disorder.self) {
      try reader.read(Array((Self.field + "--AaB03x--").utf8)) { _ in throw Disorder() }
    }
  }
}
