import Files
import Tensors
import Testing
import Video

/// Headers and frames of YUV4MPEG2, also damaged ones.
@Suite struct Y4MTests {
  /// A reader of bytes that arrive a few at a time.
  static func reader(_ bytes: [UInt8], pixelLimit: Int = 1 << 20) throws(Y4MError) -> Y4MReader {
    let rest = RestOfBytes(bytes)
    return try Y4MReader(pixelLimit: pixelLimit) { rest.take(into: $0) }
  }

  private func reader(_ text: String) throws(Y4MError) -> Y4MReader { try Self.reader(Array(text.utf8)) }

  @Test(arguments: [
    ("420jpeg", 9 * 5 + 2 * 5 * 3), ("420mpeg2", 75), ("420paldv", 75), ("420", 75), ("422", 45 + 2 * 25),
    ("411", 45 + 2 * 15), ("444", 135), ("444alpha", 180), ("mono", 45), ("420p10", 150), ("422p12", 190),
    ("444p16", 270), ("mono10", 90),
  ]) func everyColorSpaceHasItsSize(name: String, bytes: Int) throws {
    let header = try reader("YUV4MPEG2 W9 H5 F30000:1001 It A88:51 C\(name) XYSCSS=X XCOLORRANGE=FULL Xwho=me\n").header
    #expect(header.format.size == Size(height: 5, width: 9) && header.format.byteCount == bytes)
    #expect(header.format.rate == .init(30000, 1001) && header.format.aspect == .init(88, 51))
    #expect(header.format.fields == .topFirst && header.format.color.isFullRange && header.others == ["who=me"])
    // What is written is read the same.
    let again = try Self.reader(header.bytes).header
    #expect(again == header || name == "420")
  }

  @Test func whatIsMissingIsUnknown() throws {
    let header = try reader("YUV4MPEG2 W9 H5\n").header
    #expect(!header.format.rate.isKnown && !header.format.aspect.isKnown && header.format.fields == .unknown)
    #expect(header.format.layout == PixelLayout(.both, siting: .center) && !header.format.color.isFullRange)
  }

  @Test(arguments: [
    ("RIFF....", "is no YUV4MPEG2 stream"), ("", "is no YUV4MPEG2 stream"), ("YUV4MPEG2 W9 H5", "without end"),
    ("YUV4MPEG2 H5\n", "without the parameter W"), ("YUV4MPEG2 W9\n", "without the parameter H"),
    ("YUV4MPEG2 W0 H5\n", "W0, which"), ("YUV4MPEG2 W-3 H5\n", "W-3, which"), ("YUV4MPEG2 W9 H5x\n", "H5x, which"),
    ("YUV4MPEG2 W99999999999999999999 H5\n", "which has no meaning"), ("YUV4MPEG2 W9 H5 F30\n", "F30, which"),
    ("YUV4MPEG2 W9 H5 F1:0\n", "F1:0, which"), ("YUV4MPEG2 W9 H5 Iq\n", "Iq, which"),
    ("YUV4MPEG2 W9 H5 A1:-1\n", "A1:-1, which"), ("YUV4MPEG2 W60000 H60000\n", "claims frames of 60000×60000"),
    ("YUV4MPEG2 W9 H5 C420p9\n", "-pix_fmt yuv420p"), ("YUV4MPEG2 W9 H5 C\u{1B}[2J\n", #"\u{1B}[2J"#),
  ]) func damagedHeadersAreTold(text: String, says: String) {
    let error = #expect(throws: Y4MError.self) { try reader(text) }
    #expect(error?.description.contains(says) == true && error?.description.contains("\n") == false, "\(error as Any)")
  }

  @Test func aHeaderWithoutEndIsNotReadToTheEnd() {
    let text = "YUV4MPEG2 " + String(repeating: "X", count: 1 << 20)
    #expect(throws: Y4MError.noHeaderEnd) { try reader(text) }
  }

  /// Frame headers may have parameters, and streams may follow one another.
  @Test func framesAreRead() throws {
    var reader = try reader("YUV4MPEG2 W2 H1 Cmono\nFRAME\nabFRAME Ippp Xx=y\ncdYUV4MPEG2 W2 H1 Cmono F1:1\nFRAME\nef")
    #expect(try reader.next() == Array("ab".utf8))
    #expect(try reader.next() == Array("cd".utf8))
    #expect(try reader.next() == Array("ef".utf8))
    #expect(try reader.next() == nil)
    #expect(reader.count == 3)
  }

  @Test(arguments: [
    ("", "holds no frame"), ("FRAME\nab", "ends in the middle of frame 1, after 2 of its 4 bytes"),
    ("FRAME", "without end"), ("FRAME\nabcdFRAMEabc", "without end"), ("FRAME\nabcdefgh", "after frame 1"),
    ("FRAME\nabcdFR", "after frame 1"), ("FRAME\nabcdYUV4MPEG2 W3 H2 Cmono\n", "changes to 3×2 Cmono at frame 2"),
    ("FRAME\nabcdYUV4MPEG2 W4 H1 Cmono\n", "changes to 4×1"), ("FRAME\nabcdYUV4MPEG3", "after frame 1"),
  ]) func damagedFramesAreTold(rest: String, says: String) {
    let error = #expect(throws: Y4MError.self) {
      var reader = try reader("YUV4MPEG2 W2 H2 Cmono\n" + rest)
      while try reader.next() != nil {}
    }
    #expect(error?.description.contains(says) == true, "\(error as Any)")
  }
}

/// Bytes that are given out up to three at a time.
private final class RestOfBytes: @unchecked Sendable {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let piece = bytes.prefix(min(3, buffer.count))
    buffer.copyBytes(from: piece)
    bytes = bytes.dropFirst(piece.count)
    return piece.count
  }
}
