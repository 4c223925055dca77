internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

/// One kind of PNG.
struct PNGKind: Sendable, CustomTestStringConvertible {
  enum Colors: String, Sendable {
    case grey, rgb, rgba, palette
    case greyAlpha = "grey-alpha"
    case greyKey = "grey-trns"
    case rgbKey = "rgb-trns"
    case paletteAlpha = "palette-trns"
  }
  var colors: Colors
  var bits: Int
  var isInterlaced: Bool

  var testDescription: String { "\(colors.rawValue)-\(bits)\(isInterlaced ? "-interlaced" : "").png" }

  static let all: [PNGKind] = [false, true].flatMap { isInterlaced in
    let depths: [(Colors, [Int])] = [
      (.grey, [1, 2, 4, 8, 16]), (.greyAlpha, [8, 16]), (.greyKey, [8]), (.rgb, [8, 16]), (.rgbKey, [8]),
      (.rgba, [8, 16]), (.palette, [1, 2, 4, 8]), (.paletteAlpha, [1, 2, 4, 8]),
    ]
    return depths.flatMap { colors, bits in
      bits.map { PNGKind(colors: colors, bits: $0, isInterlaced: isInterlaced) }
    }
  }

  /// Red, green, blue and, if the kind has it, alpha.
  func pixel(_ x: Int, _ y: Int) -> [Int] {
    func sample(_ channel: Int) -> Int { Fixture.sample(x, y, channel, bits: bits) }
    func isKey(_ channels: Range<Int>) -> Bool {
      channels.allSatisfy { sample($0) == Fixture.sample(2, 1, $0, bits: bits) }
    }
    let grey = Array(repeating: bits < 8 ? sample(0) * 255 / ((1 << bits) - 1) : sample(0), count: 3)
    let palette = (0..<3).map { Fixture.sample(sample(0), 7, $0, bits: 8) }
    switch colors {
    case .grey: return grey
    case .greyAlpha: return grey + [sample(1)]
    case .greyKey: return grey + [isKey(0..<1) ? 0 : 255]
    case .rgb: return (0..<3).map(sample)
    case .rgbKey: return (0..<3).map(sample) + [isKey(0..<3) ? 0 : 255]
    case .rgba: return (0..<4).map(sample)
    case .palette: return palette
    case .paletteAlpha: return palette + [Fixture.sample(sample(0), 3, 0, bits: 8)]
    }
  }

  var expected: Picture {
    let values = (0..<Fixture.size.height).flatMap { y in (0..<Fixture.size.width).flatMap { x in pixel(x, y) } }
    return Picture(
      size: Fixture.size, hasAlpha: pixel(0, 0).count == 4,
      samples: bits == 16 ? .bits16(values.map(UInt16.init)) : .bits8(values.map(UInt8.init)))
  }
}

@Suite struct PNGDecodingTests {
  @Test(arguments: PNGKind.all) func everyKind(_ kind: PNGKind) throws {
    let picture = try Picture(contentsOf: Fixture.path(kind.testDescription))
    #expect(picture.mismatch(with: kind.expected) == nil)
    #expect(picture == kind.expected)
  }

  @Test(arguments: ["exif-6.png", "exif-6-at-end.png", "raw-exif-6.png"]) func orientation(_ name: String) throws {
    let picture = try Picture(contentsOf: Fixture.path(name))
    #expect(picture.mismatch(with: Fixture.picture(Fixture.size).upright(from: .rotated90Clockwise)) == nil)
  }

  @Test func oddSizes() throws {
    #expect(try Picture(contentsOf: Fixture.path("1x1.png")).size == Size(height: 1, width: 1))
    let line = try Picture(contentsOf: Fixture.path("1x4000.png"))
    #expect(line.size == Size(height: 4000, width: 1))
    #expect(line.values == (0..<4000).flatMap { [$0 % 251, $0 % 251, $0 % 251] })
  }

  @Test func pixelLimit() throws {
    let bytes = try Fixture.bytes("rgb-8.png")
    #expect(throws: PictureError(.tooManyPixels(Fixture.size, limit: 116), name: "x")) {
      try Picture(decoding: bytes, name: "x", pixelLimit: 116)
    }
    _ = try Picture(decoding: bytes, name: "x", pixelLimit: 117)
  }
}
