import FileSelection
import Files
import Testing

/// Lists of paths in the encodings of several systems.
@Suite struct FileListTests {
  private func paths(_ bytes: [UInt8], isNullSeparated: Bool = false) throws -> [FilePath] {
    try FileList.paths(in: bytes, isNullSeparated: isNullSeparated, name: "list")
  }

  /// As `cat` joins lists, and `>>` of PowerShell.
  @Test func joinedListsHaveSeveralMarks() throws {
    let list = [0xEF, 0xBB, 0xBF] + Array("a.jpg\n".utf8)
    #expect(try paths(list + list) == ["a.jpg", "a.jpg"])
    let wide = [0xFF, 0xFE] + utf16("a.jpg\r\n")
    #expect(try paths(wide + wide) == ["a.jpg", "a.jpg"])
    #expect(try paths(Array("a.jpg\n\u{FEFF}b.jpg\n".utf8)) == ["a.jpg", "\u{FEFF}b.jpg"])
  }

  private func utf16(_ text: String, isBigEndian: Bool = false) -> [UInt8] {
    text.utf16.reduce(into: []) { bytes, unit in
      let pair = [UInt8(unit & 255), UInt8(unit >> 8)]
      bytes += isBigEndian ? pair.reversed() : pair
    }
  }

  @Test func listsAreRead() throws {
    #expect(try paths(Array("a.jpg\r\n\nb c.jpg\n d\n".utf8)) == ["a.jpg", "b c.jpg", " d"])
    #expect(try paths(Array("a\nb.jpg\0c\r\0\0d".utf8), isNullSeparated: true) == ["a\nb.jpg", "c\r", "d"])
    #expect(try paths([]).isEmpty)
    #expect(try paths([0xEF, 0xBB, 0xBF]).isEmpty && paths([0xFF, 0xFE]).isEmpty && paths([0xFE, 0xFF]).isEmpty)
  }

  /// What Notepad, PowerShell and editors write: byte-order marks, UTF-16 of both orders, line breaks of Windows.
  @Test(arguments: ["\n", "\r\n"]) func encodingsAreTold(lineBreak: String) throws {
    let names: [FilePath] = ["a.jpg", "日本/ä b.png", "\u{1F600}.webp"]
    let text = names.map(\.string).joined(separator: lineBreak) + lineBreak
    #expect(try paths([0xEF, 0xBB, 0xBF] + Array(text.utf8)) == names)
    #expect(try paths([0xFF, 0xFE] + utf16(text)) == names)
    #expect(try paths([0xFE, 0xFF] + utf16(text, isBigEndian: true)) == names)
    let zeros = names.map(\.string).joined(separator: "\0")
    #expect(try paths([0xFF, 0xFE] + utf16(zeros), isNullSeparated: true) == names)
  }

  @Test(
    arguments: [
      ([0x61, 0, 0x2E, 0, 0x6A, 0, 0x0A, 0], "UTF-16 without a byte-order mark"),
      ([0, 0x61, 0, 0x2E, 0, 0x6A, 0, 0x0A], "UTF-16 without a byte-order mark"),
      ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x61], "UTF-32"),
      ([0xFF, 0xFE, 0x61, 0, 0x0A, 0, 0x00, 0xD8, 0x61, 0], "line 2 is not UTF-16"),
      ([0xFF, 0xFE, 0x61, 0, 0x0A], "ends within a character"),
      (Array(repeating: 0x61, count: 5000), "holds a path of 5000 bytes"),
      (Array("some/long/a.jpg\0some/long/b.jpg\0".utf8), "holds zero bytes"),
    ] as [([UInt8], String)])
  func whatIsNoListIsTold(bytes: [UInt8], says: String) throws {
    let error = #expect(throws: SelectionError.self) { try paths(bytes) }
    #expect(error?.description.contains(says) == true, "\(error as Any)")
  }

  /// Names of one letter, each with a zero byte, look like UTF-16.
  @Test func shortNamesAreNoUTF16() throws {
    #expect(try paths(Array("a\0b\0c\0".utf8), isNullSeparated: true) == ["a", "b", "c"])
    #expect(throws: SelectionError.self) { try paths(Array("a\0\n\0c\0\n\0".utf8), isNullSeparated: true) }
  }
}
