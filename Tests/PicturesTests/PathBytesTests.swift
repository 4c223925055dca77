internal import Files
internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

/// Pictures whose names are not text.
@Suite struct PathBytesTests {
  @Test func anyNameIsReadAndWritten() throws {
    let folder = try TemporaryFolder()
    let size = Size(height: 2, width: 3)
    let names: [FilePath] = [
      "caf\u{E9}.png", "cafe\u{301}.png", FilePath(bytes: Array("caf".utf8) + [0xE9] + Array(".PNG".utf8)), "a\nb.png",
    ]
    for (index, name) in names.enumerated() {
      #expect(PictureFormat(fileName: name) == .png, "\(name)")
      let mask = Mask(size: size, pixels: (0..<6).map { UInt8($0 + index * 10) })
      try mask.writePNG(toFileAt: FilePath(folder.path).appending(name))
    }
    for (index, name) in names.enumerated() {
      let path = FilePath(folder.path).appending(name)
      #expect(try Mask(greyOf: path).pixels == (0..<6).map { UInt8($0 + index * 10) }, "\(name)")
      #expect(try Picture(contentsOf: path).size == size, "\(name)")
    }
    let missing = FilePath(bytes: FilePath(folder.path).bytes + [0x2F, 0xE9, 0x0A])
    let error = #expect(throws: PictureError.self) { try Picture(contentsOf: missing) }
    #expect(error?.description == #"'\#(folder.path)/\xE9\n': there is no such file; check the path"#)
  }
}
