import Files
import TestSupport
import Testing

/// Paths as bytes: what is the same, what its parts are, how it is printed.
@Suite struct FilePathTests {
  static let composed = FilePath("caf\u{E9}.jpg")
  static let decomposed = FilePath("cafe\u{301}.jpg")
  static let latin1 = FilePath(bytes: Array("caf".utf8) + [0xE9] + Array(".jpg".utf8))

  @Test func namesThatLookAlikeAreNotTheSame() {
    #expect("caf\u{E9}.jpg" == "cafe\u{301}.jpg", "String finds them equal, which is why paths are no strings")
    let names = [Self.composed, Self.decomposed, Self.latin1]
    #expect(Set(names).count == 3)
    #expect(names.sorted() == [Self.decomposed, Self.composed, Self.latin1])
  }

  @Test(
    arguments: [
      // path, parent, last component, stem, extension
      ("photo.jpg", ".", "photo.jpg", "photo", "jpg"), ("a/b.tar.gz", "a", "b.tar.gz", "b.tar", "gz"),
      ("/a", "/", "a", "a", nil), ("/a/b/", "/a", "b", "b", nil), ("a//b", "a/", "b", "b", nil),
      ("a/.hidden", "a", ".hidden", ".hidden", nil), (".", ".", ".", ".", nil), ("a.", ".", "a.", "a", ""),
      ("a.b/c", "a.b", "c", "c", nil),
    ] as [(FilePath, FilePath, FilePath, FilePath, String?)])
  func parts(_ path: FilePath, parent: FilePath, last: FilePath, stem: FilePath, suffix: String?) {
    #expect(path.parent == parent && path.lastComponent == last && path.stem == stem, "\(path)")
    #expect(path.extension == suffix, "\(path)")
  }

  @Test func theRootAndTheEmptyPathHaveNoName() {
    for path in ["", "/", "//"] as [FilePath] {
      #expect(path.lastComponent == nil && path.stem.isEmpty && path.extension == nil, "\(path)")
    }
    #expect(FilePath("").parent == "." && FilePath("/").parent == "/" && FilePath("//").parent == "/")
  }

  /// A dot or a slash in front of a combining mark or a joiner is one character with it in a `String`, and is not
  /// found.
  @Test(arguments: ["\u{301}", "\u{200D}", "\u{FE0F}"]) func aMarkBehindASeparatorHidesNothing(mark: String) {
    #expect("a/\(mark)b".lastIndex(of: "/") == nil || mark == "\u{200D}" || mark == "\u{FE0F}")
    let path = FilePath("a/\(mark)b.\(mark)jpg")
    #expect(path.parent == "a" && path.lastComponent == FilePath("\(mark)b.\(mark)jpg"))
    #expect(path.stem == FilePath("\(mark)b") && path.components.count == 2)
  }

  @Test func joining() {
    #expect(FilePath("a").appending("b") == "a/b" && FilePath("a/").appending("b") == "a/b")
    #expect(FilePath("").appending("b") == "b" && FilePath("a").appending("") == "a")
    #expect(FilePath("/").appending("b") == "/b" && FilePath("a.png").adding(suffix: ".part") == "a.png.part")
    #expect(FilePath("b").absolute(in: "/a") == "/a/b" && FilePath("/b").absolute(in: "/a") == "/b")
    #expect(FilePath("/a//b/./c").components == ["a", "b", ".", "c"])
    #expect(FilePath("out/").endsWithSlash && FilePath("out/").bytes.count == 4, "nothing is normalized")
  }

  @Test func endings() {
    #expect(Self.latin1.hasSuffix(".jpg") && !Self.latin1.hasSuffix(".png") && Self.latin1.hasPrefix("caf"))
    #expect(FilePath("A.JPG").lowercasedASCII == "a.jpg" && FilePath("É.JPG").lowercasedASCII == "É.jpg")
    #expect(Self.latin1.stem == FilePath(bytes: Array("caf".utf8) + [0xE9]))
  }

  @Test func printing() {
    #expect("\(Self.composed)" == "caf\u{E9}.jpg" && "\(Self.latin1)" == #"caf\xE9.jpg"#)
    #expect("\(FilePath("a\nb\tc\r\u{1B}[31m"))" == #"a\nb\tc\r\u{1B}[31m"#)
    #expect("\(FilePath(bytes: [0xFF, 0x0A, 0x41]))" == #"\xFF\nA"#)
    // An overlong slash, a surrogate, and a sequence that ends too early.
    #expect("\(FilePath(bytes: [0xC0, 0xAF]))" == #"\xC0\xAF"#)
    #expect("\(FilePath(bytes: [0xED, 0xA0, 0x80]))" == #"\xED\xA0\x80"#)
    #expect("\(FilePath(bytes: [0xE2, 0x82]))" == #"\xE2\x82"#)
    #expect("\(FilePath("\u{202E}gpj.a"))" == #"\u{202E}gpj.a"#)
    #expect("\(FilePath("\u{301}a"))" == " \u{301}a", "a combining mark would change the quotation mark before it")
    #expect(Self.latin1.string == #"caf\xE9.jpg"#)
  }

  /// Whatever the bytes are, what is printed is one line that prints as itself.
  @Test func anyBytesPrintOnOneLine() {
    let seed: UInt64 = 20
    var generator = SeededGenerator(seed: seed)
    for round in 0..<2000 {
      let bytes = (0..<round % 40).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let text = "\(FilePath(bytes: bytes))"
      #expect(!text.contains { $0.isNewline }, "round \(round), seed \(seed): \(bytes)")
      #expect(
        text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, "round \(round), seed \(seed)")
      #expect(text.printable().drop { $0 == " " } == text.drop { $0 == " " }, "round \(round), seed \(seed): \(bytes)")
    }
  }

  @Test func longTextIsCut() {
    #expect("abcdef".printable(atMost: 3) == "abc…" && "abc".printable(atMost: 3) == "abc")
    #expect("größer".printable(atMost: 3) == "grö…" && "größer".printable(atMost: 6) == "größer")
    #expect([0x00, 0x0F, 0xA5, 0xFF].hexadecimal == "000fa5ff")
  }

  /// The examples of RFC 4648.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
  ])
  func base64(text: String, expected: String) {
    #expect(Array(text.utf8).base64 == expected)
    #expect([0xFB, 0xFF, 0xBF].base64 == "+/+/")
  }
}
