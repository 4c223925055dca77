internal import Foundation
internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

@Suite struct MalformedInputTests {
  private func problem(of bytes: [UInt8]) -> PictureError.Problem? {
    do throws(PictureError) {
      _ = try Picture(decoding: bytes, name: "x")
      return nil
    } catch {
      return error.problem
    }
  }

  /// A truncated file is never a picture, wherever it was cut.
  @Test(arguments: Fixture.names) func truncated(_ name: String) throws {
    let bytes = try Fixture.bytes(name)
    let format = try #require(PictureFormat(firstBytes: bytes))
    let seed: UInt64 = 7
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let length = Int.random(in: 0..<bytes.count, using: &generator)
      let found = problem(of: Array(bytes[..<length]))
      switch found {
      case .truncated(format), .empty, .unknownFormat: continue
      default:
        Issue.record("\(name) cut to \(length) of \(bytes.count) bytes (seed \(seed)): \(String(describing: found))")
      }
    }
  }

  /// Decoding a damaged file ends with a picture or an error of one line.
  @Test(arguments: Fixture.names) func damaged(_ name: String) throws {
    let sound = try Fixture.bytes(name)
    let seed: UInt64 = 11
    var generator = SeededGenerator(seed: seed)
    for round in 0..<150 {
      var bytes = sound
      for _ in 0...round % 4 {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      do throws(PictureError) {
        let picture = try Picture(decoding: bytes, name: name, pixelLimit: 1_000_000)
        #expect(picture.size.width > 0 && picture.size.height > 0, "round \(round), seed \(seed)")
      } catch {
        #expect(!error.description.contains("\n"), "round \(round), seed \(seed)")
      }
    }
  }

  @Test func notAPicture() throws {
    #expect(problem(of: []) == .empty)
    #expect(problem(of: Array("some text, named .png\n".utf8)) == .unknownFormat(resembles: nil))
    #expect(problem(of: Array("%PDF-1.7".utf8)) == .unknownFormat(resembles: "PDF"))
    #expect(problem(of: Array("8BPS".utf8)) == .unknownFormat(resembles: "PSD"))
    #expect(problem(of: Array("\0\0\0\u{18}ftypisom".utf8)) == .unknownFormat(resembles: "MP4"))
    for start in ["GIF89a", "\0\0\0\u{18}ftypheic", "BM", "II*\0"] { #expect(problem(of: Array(start.utf8)) != nil) }
  }

  @Test func nameOfAFileDoesNotMatter() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/really-a-jpeg.png"
      try Data(Fixture.bytes("grey.jpg")).write(to: URL(fileURLWithPath: path))
      _ = try Picture(contentsOf: path)
    }
  }

  @Test func pathsThatHoldNoPicture() throws {
    try withTemporaryDirectory { directory in
      #expect(throws: PictureError(.missing, name: directory + "/none.png")) {
        try Picture(contentsOf: directory + "/none.png")
      }
      #expect(throws: PictureError(.isDirectory, name: directory)) { try Picture(contentsOf: directory) }
    }
  }

  @Test func lyingHeaders() throws {
    let png = try Fixture.bytes("claims-60000x60000.png")
    #expect(problem(of: png) == .tooManyPixels(Size(height: 60000, width: 60000), limit: Picture.pixelLimit))
    let webp = try Fixture.bytes("claims-16383x16383.webp")
    #expect(problem(of: webp) == .tooManyPixels(Size(height: 16383, width: 16383), limit: Picture.pixelLimit))
    // 65500 × 65500 written into a small JPEG's frame header.
    var jpeg = try Fixture.bytes("baseline-444.jpg")
    let frame = try #require(jpeg.indices.dropLast(9).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(problem(of: jpeg) == .tooManyPixels(Size(height: 65500, width: 65500), limit: Picture.pixelLimit))
    // 4000 × 4000: allowed, but the data are not there.
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x0F, 0xA0, 0x0F, 0xA0])
    #expect(problem(of: jpeg) != nil)
  }

  @Test func scanBomb() throws {
    let jpeg = try Fixture.bytes("progressive.jpg")
    // The first scan with its tables, over and over.
    let markers = jpeg.indices.dropLast().filter { jpeg[$0] == 0xFF && [0xC4, 0xDA].contains(jpeg[$0 + 1]) }
    let scanStart = try #require(markers.firstIndex { jpeg[$0 + 1] == 0xDA })
    let scan = jpeg[markers[0]..<markers[scanStart + 1]]
    let bomb = jpeg[..<markers[0]] + Array(repeating: Array(scan), count: 2000).joined() + jpeg[markers[0]...]
    #expect(problem(of: Array(bomb)) == .unsupported(.jpeg, detail: "more than 100 scans"))
  }

  @Test func everyErrorIsOneLine() {
    let size = Size(height: 1, width: 2)
    let problems: [PictureError.Problem] = [
      .missing, .isDirectory, .unreadable(reason: "r"), .empty, .fileTooLarge(limit: 1 << 30),
      .unknownFormat(resembles: nil), .unknownFormat(resembles: "PDF"), .truncated(.png), .corrupt(.jpeg, detail: "d"),
      .unsupported(.webp, detail: "d"), .tooManyPixels(size, limit: 100_000_000), .outOfMemory,
      .decoderMissing(.heic, package: "p"), .encoderMissing(.avif, package: "p"), .notEncodable(.png, size),
      .unwritable(reason: "r"),
    ]
    for problem in problems {
      let line = PictureError(problem, name: "a\nb.png").description
      #expect(line.hasPrefix(#"'a\nb.png': "#) && !line.contains("\n"), "\(line)")
    }
  }
}
