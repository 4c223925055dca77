internal import Foundation
internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

/// The pictures that FormatFixtures/make_formats.py made: HEIC, AVIF, TIFF, GIF, BMP, JPEG XL and JPEG 2000.
enum FormatFixture {
  private static let folder = SharedFiles.packageRoot + "/Tests/PicturesTests/FormatFixtures/"

  /// The names of all pictures, sorted.
  static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { !$0.hasSuffix(".png") && !$0.hasSuffix(".py") }.sorted()

  static func path(_ name: String) -> String { folder + name }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// Whether libvips is installed; said once where it is not.
  static let hasLibrary: Bool = {
    do throws(PictureError) {
      _ = try Picture(contentsOf: path("rgb-8.tif"))
    } catch {
      guard case .decoderMissing = error.problem else { return true }
      print("SKIPPED: libvips is missing, so HEIC, AVIF, TIFF, GIF, JPEG XL and JPEG 2000 are not tested")
      return false
    }
    return true
  }()

  /// Lossless pictures of the samples of `Fixture`.
  static let lossless: [(name: String, bits: Int, channels: Int)] = [
    ("rgb-8.tif", 8, 3), ("rgb-16-big-endian.tif", 16, 3), ("rgba-8.tif", 8, 4), ("rgba-16.tif", 16, 4),
    ("rgb-8-planes.tif", 8, 3), ("rgb-8-bigtiff.tif", 8, 3), ("pages.tif", 8, 3), ("icc-dpi.tif", 8, 3),
    ("grey-8.tif", 8, 1), ("grey-8-white-is-zero.tif", 8, 1), ("grey-16.tif", 16, 1), ("grey-alpha-8.tif", 8, 2),
    ("rgb-8.jxl", 8, 3), ("rgb-8-container.jxl", 8, 3), ("rgba-8.jxl", 8, 4), ("rgb-16.jxl", 16, 3),
    ("grey-8.jxl", 8, 1), ("rgb-8.jp2", 8, 3), ("rgba-8.jp2", 8, 4), ("grey-8.jp2", 8, 1), ("rgb-8.j2k", 8, 3),
    ("rgb-16.jp2", 16, 3),
  ]

  /// The picture of a lossless file; 1 and 2 channels are grey.
  static func expected(bits: Int, channels: Int) -> Picture {
    let size = Fixture.size
    let colors = channels < 3 ? [0, 0, 0] : [0, 1, 2]
    let taken = colors + (channels % 2 == 0 ? [channels - 1] : [])
    let values = (0..<size.height * size.width).flatMap { pixel in
      taken.map { Fixture.sample(pixel % size.width, pixel / size.width, $0, bits: bits) }
    }
    return Picture(
      size: size, hasAlpha: taken.count == 4,
      samples: bits == 16 ? .bits16(values.map(UInt16.init)) : .bits8(values.map(UInt8.init)))
  }
}

/// BMP, which is read without a library.
@Suite struct BMPTests {
  private func picture(_ name: String) throws -> Picture { try Picture(contentsOf: FormatFixture.path(name)) }

  @Test(arguments: ["rgb-24.bmp", "rgb-24-top-down.bmp", "rgb-24-core.bmp", "rgb-32.bmp"])
  func colors(_ name: String) throws {
    let found = try picture(name)
    #expect(found.mismatch(with: FormatFixture.expected(bits: 8, channels: 3)) == nil)
    let density = Density(horizontal: 11811, vertical: 5906, unit: .metre)
    #expect(found.density == (name.contains("core") ? nil : density))
  }

  @Test(arguments: ["rgba-32-v4.bmp", "rgba-32-v5.bmp"]) func alpha(_ name: String) throws {
    #expect(try picture(name).mismatch(with: FormatFixture.expected(bits: 8, channels: 4)) == nil)
    // Alpha that is 0 everywhere is none.
    var bytes = try FormatFixture.bytes(name)
    let start = Int(bytes[10]) | Int(bytes[11]) << 8
    for index in stride(from: start + 3, to: bytes.count, by: 4) { bytes[index] = 0 }
    let opaque = try Picture(decoding: bytes, name: "x")
    #expect(!opaque.hasAlpha && opaque.size == Fixture.size)
  }

  @Test(arguments: [("rgb-16-555.bmp", [5, 5, 5]), ("rgb-16-565.bmp", [5, 6, 5])])
  func fewerBits(name: String, bits: [Int]) throws {
    let full = FormatFixture.expected(bits: 8, channels: 3).values
    let values = full.enumerated().map { index, value in
      let count = bits[index % 3]
      return UInt8((value >> (8 - count)) * 255 / ((1 << count) - 1))
    }
    let expected = Picture(size: Fixture.size, hasAlpha: false, samples: .bits8(values))
    #expect(try picture(name).mismatch(with: expected) == nil)
  }

  @Test(arguments: [1, 4, 8]) func palettes(bits: Int) throws {
    let expected = PNGKind(colors: .palette, bits: bits, isInterlaced: false).expected
    #expect(try picture("palette-\(bits).bmp").mismatch(with: expected) == nil)
  }

  @Test(arguments: ["rle-8.bmp", "rle-4.bmp"]) func runLengths(_ name: String) throws {
    #expect(try picture(name).mismatch(with: picture(name + ".expected.png")) == nil)
  }

  /// Every prefix of every file is told in one line, but for padding and what follows the last pixel.
  @Test func cutFilesAreTold() throws {
    for name in FormatFixture.names where name.hasSuffix(".bmp") {
      let bytes = try FormatFixture.bytes(name)
      let least = name.hasPrefix("rle") ? bytes.count - 3 : bytes.count - 4
      for count in 0..<least {
        #expect(throws: PictureError.self, "\(name): \(count) bytes") {
          try Picture(decoding: Array(bytes.prefix(count)), name: "x")
        }
      }
    }
  }

  /// Fields of the header with powers of two and their neighbours.
  @Test func strangeHeadersAreTold() throws {
    for name in ["rgb-24.bmp", "palette-4.bmp", "rle-8.bmp", "rgba-32-v5.bmp", "rgb-24-core.bmp"] {
      let sound = try FormatFixture.bytes(name)
      for place in stride(from: 10, to: 70, by: 2) {
        for shift in stride(from: 0, to: 32, by: 3) {
          for value in [1 << shift - 1, 1 << shift, ~(1 << shift)] as [UInt32] {
            var bytes = sound
            for i in 0..<4 where place + i < bytes.count { bytes[place + i] = UInt8(value >> (8 * UInt32(i)) & 255) }
            let found = try? Picture(decoding: bytes, name: "x", pixelLimit: 1 << 16)
            #expect(found.map { $0.size.height > 0 && $0.size.width > 0 } ?? true)
          }
        }
      }
    }
  }
}

/// The formats that libvips reads.
@Suite(.enabled(if: FormatFixture.hasLibrary, "needs libvips")) struct FormatTests {
  private func picture(_ name: String) throws -> Picture { try Picture(contentsOf: FormatFixture.path(name)) }

  @Test(arguments: FormatFixture.lossless) func losslessPictures(name: String, bits: Int, channels: Int) throws {
    let found = try picture(name)
    #expect(found.mismatch(with: FormatFixture.expected(bits: bits, channels: channels)) == nil)
    if bits == 16 { #expect(found.samples != .bits8([])) }
    #expect(found.notes == (name == "pages.tif" ? [.firstPage(of: 2)] : []))
  }

  private static let decoded = FormatFixture.names.filter { name in
    FileManager.default.fileExists(atPath: FormatFixture.path(name + ".expected.png")) && !name.hasSuffix(".bmp")
  }

  /// Other versions of the codecs round differently.
  @Test(arguments: decoded) func asPillowDecodes(_ name: String) throws {
    let found = try picture(name)
    let expected = try picture(name + ".expected.png")
    let isExact = name.hasSuffix(".gif")
    if name == "rgba-8-associated.tif" {
      expectSameVisibly(found, expected, name)
    } else if found.hasAlpha, isExact {
      // What is transparent has any colour.
      #expect(found.flattened().mismatch(with: expected.flattened()) == nil)
    } else {
      #expect(found.mismatch(with: expected, within: isExact ? 0 : 4) == nil)
    }
    #expect(found.notes == (name == "animated.gif" ? [.firstFrame(of: 2)] : []))
  }

  /// Colours are as exact as their alpha.
  private func expectSameVisibly(_ found: Picture, _ expected: Picture, _ name: String) {
    #expect(found.size == expected.size && found.hasAlpha == expected.hasAlpha)
    for pixel in 0..<found.size.height * found.size.width {
      let alpha = found.values[4 * pixel + 3]
      #expect(alpha == expected.values[4 * pixel + 3])
      guard alpha > 0 else { continue }
      for channel in 0..<3 {
        let difference = abs(found.values[4 * pixel + channel] - expected.values[4 * pixel + channel])
        #expect(difference <= 255 / alpha, "\(name): pixel \(pixel), alpha \(alpha)")
      }
    }
  }

  @Test func orientationOfTIFF() throws {
    for value in 1...8 {
      let orientation = try #require(Orientation(rawValue: value))
      let expected = FormatFixture.expected(bits: 8, channels: 3).upright(from: orientation)
      #expect(try picture("orientation-\(value).tif").mismatch(with: expected) == nil, "\(value)")
    }
  }

  /// The container's rotation is applied once, and the EXIF orientation that repeats it not at all.
  @Test(arguments: ["turned.heic", "turned.avif"]) func phonesPicturesAreUpright(_ name: String) throws {
    let found = try picture(name)
    let plain = try picture("rgb.\(name.hasSuffix("heic") ? "heic" : "avif")")
    #expect(found.mismatch(with: plain.upright(from: .rotated90Clockwise), within: 4) == nil)
    if let exif = found.metadata.exif {
      #expect(
        try Picture(decoding: PictureBytes.jpeg(plain.encoded(EncodingOptions(.jpeg)), exif: exif), name: "x")
          .size == plain.size)
    }
  }

  @Test func inks() throws {
    for (name, bits) in [("cmyk.tif", 8), ("cmyk-16.tif", 16)] {
      let full = bits == 8 ? 255 : 65535
      let size = Fixture.size
      let values = (0..<size.height * size.width).flatMap { pixel in
        let inks = (0..<4).map { Fixture.sample(pixel % size.width, pixel / size.width, $0, bits: bits) }
        return (0..<3).map { ((full - inks[$0]) * (full - inks[3]) + full / 2) / full }
      }
      let expected = Picture(
        size: size, hasAlpha: false,
        samples: bits == 16 ? .bits16(values.map(UInt16.init)) : .bits8(values.map(UInt8.init)))
      #expect(try picture(name).mismatch(with: expected, within: 1) == nil, "\(name)")
    }
  }

  @Test func profilesAndDensities() throws {
    for name in ["icc-dpi.tif", "icc.heic", "icc.avif"] {
      let profile = try #require(try picture(name).iccProfile, "\(name)")
      #expect(profile.dropFirst(16).starts(with: "RGB ".utf8), "\(name)")
    }
    #expect(try picture("icc-dpi.tif").density == Density(horizontal: 11811, vertical: 5906, unit: .metre))
    #expect(try picture("rgb-8.tif").density == nil)
  }

  /// Ten bits fill sixteen: white is white.
  @Test(arguments: ["ten-bits.heic", "ten-bits.avif"]) func deepPictures(_ name: String) throws {
    let found = try picture(name)
    guard case .bits16(let values) = found.samples else {
      Issue.record("\(name) has 8 bits")
      return
    }
    #expect(values[0] >= 65000 && values.max() == 65535)
    let expected = try Picture(contentsOf: FormatFixture.path("rgb.heic.expected.png"))
    let eight = Picture(size: found.size, hasAlpha: false, samples: .bits8(found.samples8))
    #expect(eight.mismatch(with: expected, within: 8) == nil)
  }

  @Test func twelveBitsFillSixteen() throws {
    let found = try picture("rgb-12.jp2").values
    for (value, expected) in zip(found, FormatFixture.expected(bits: 16, channels: 3).values) {
      #expect(abs(value - expected) <= 16)
    }
  }

  /// The format is told by the first bytes, and the size by the header.
  @Test(arguments: FormatFixture.names) func formatsAreDetected(_ name: String) throws {
    let bytes = try FormatFixture.bytes(name)
    let format = try #require(PictureFormat(firstBytes: bytes))
    let ending = String(name.split(separator: ".").last ?? "")
    #expect(format.fileExtensions.contains(ending))
    let found = try Picture(decoding: bytes, name: "x")
    let claimed = try #require(Picture.claimedSize(of: bytes))
    #expect(claimed == found.size || claimed == Size(height: found.size.width, width: found.size.height))
    let limit = found.size.height * found.size.width
    #expect(throws: PictureError(.tooManyPixels(claimed, limit: limit - 1), name: "x")) {
      try Picture(decoding: bytes, name: "x", pixelLimit: limit - 1)
    }
  }

  /// A file that was cut at any tenth of its length is never a picture.
  @Test(arguments: FormatFixture.names) func cutFilesAreTold(_ name: String) throws {
    let bytes = try FormatFixture.bytes(name)
    for tenth in 0..<10 {
      let count = bytes.count * tenth / 10
      do throws(PictureError) {
        let picture = try Picture(decoding: Array(bytes.prefix(count)), name: "x")
        // A TIFF file may keep nothing but pixels' padding or other pages in its last part.
        let whole = try Picture(decoding: bytes, name: "x")
        #expect(picture.samples == whole.samples, "\(name): \(count) of \(bytes.count) bytes")
      } catch {
        #expect(!error.description.contains("\n"))
      }
    }
  }

  /// Decoding a damaged file ends with a picture or an error of one line.
  @Test(arguments: FormatFixture.names) func damagedFilesAreTold(_ name: String) throws {
    let sound = try FormatFixture.bytes(name)
    var generator = SeededGenerator(seed: 17)
    for round in 0..<60 {
      var bytes = sound
      for _ in 0...round % 4 {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      do throws(PictureError) {
        let picture = try Picture(decoding: bytes, name: name, pixelLimit: 1 << 20)
        #expect(picture.size.width > 0 && picture.size.height > 0, "round \(round)")
      } catch {
        #expect(!error.description.contains("\n"), "round \(round)")
      }
    }
  }

  // MARK: Writing

  @Test(arguments: [(8, 3), (8, 4), (16, 3), (16, 4)]) func tiffComesBack(bits: Int, channels: Int) throws {
    var picture = FormatFixture.expected(bits: bits, channels: channels)
    picture.density = Density(horizontal: 300, vertical: 150, unit: .inch)
    picture.iccProfile = try Picture(contentsOf: Fixture.path("icc.png")).iccProfile
    let back = try Picture(decoding: picture.encoded(EncodingOptions(.tiff)), name: "x")
    #expect(back.samples == picture.samples && back.size == picture.size)
    #expect(back.iccProfile == picture.iccProfile)
    #expect(back.density == Density(horizontal: 11811, vertical: 5906, unit: .metre))
    picture.density = nil
    #expect(try Picture(decoding: picture.encoded(EncodingOptions(.tiff)), name: "x").density == nil)
  }

  @Test func avifComesBack() throws {
    for name in ["rgb.avif", "rgba.avif", "ten-bits.avif"] {
      let picture = try picture(name)
      let files = try [30, 95].map { try picture.encoded(EncodingOptions(.avif, quality: $0)) }
      #expect(files[0].count < files[1].count, "\(name)")
      #expect(PictureFormat(firstBytes: files[1].prefix(16)) == .avif)
      let back = try Picture(decoding: files[1], name: "x")
      let tolerance = name == "ten-bits.avif" ? 12 * 257 : 12
      #expect(back.mismatch(with: picture, within: tolerance) == nil, "\(name)")
    }
  }

  @Test(arguments: [PictureFormat.tiff, .avif]) func masksAndMetadata(_ format: PictureFormat) throws {
    let mask = Mask(size: Fixture.size, pixels: Fixture.samples(Fixture.size, channels: 1))
    let back = try Picture(decoding: mask.encoded(EncodingOptions(format, quality: 100)), name: "x")
    let worst = zip(mask.pixels, 0...).map { abs(Int($0) - back.values[$1 * back.channels]) }.max() ?? 255
    #expect(worst <= (format == .avif ? 4 : 0), "\(worst)")
    var picture = try Picture(contentsOf: Fixture.path("exif-6.png"))
    picture.metadata.xmp = Array("<x:xmpmeta xmlns:x='adobe:ns:meta/' tiff:Orientation=\"1\"/>".utf8)
    let dropped = try Picture(decoding: picture.encoded(EncodingOptions(format)), name: "x")
    #expect(dropped.metadata == Metadata())
    if format == .avif {
      // The density is kept in the only place that there is.
      picture.density = Density(horizontal: 300, vertical: 150, unit: .inch)
      let dense = try Picture(decoding: picture.encoded(EncodingOptions(format)), name: "x").density
      #expect(dense.map { [$0.horizontal.rounded(), $0.vertical.rounded()] } == [300, 150])
    }
    let kept = try Picture(decoding: picture.encoded(EncodingOptions(format, keepsMetadata: true)), name: "x")
    #expect(kept.metadata.xmp == picture.metadata.xmp && kept.size == picture.size)
  }

  @Test func otherFormatsAreNotWritten() {
    let picture = Fixture.picture(Fixture.size)
    for format in PictureFormat.allCases where !PictureFormat.writable.contains(format) {
      #expect(throws: PictureError(.notEncodable(format, Fixture.size), name: "x")) {
        try picture.encoded(EncodingOptions(format), name: "x")
      }
    }
  }
}

/// What the first bytes tell.
@Suite struct SignatureTests {
  private func box(_ brands: String...) -> [UInt8] {
    PictureBytes.number(UInt32(8 + 4 + 4 * brands.count)) + Array("ftyp".utf8) + Array(brands[0].utf8) + [0, 0, 0, 0]
      + brands.dropFirst().flatMap { Array($0.utf8) }
  }

  @Test func brands() {
    let rows: [(PictureFormat?, [UInt8])] = [
      (.heic, box("heic", "mif1", "heic")), (.heic, box("heix")), (.heic, box("hevc", "msf1")), (.heic, box("mif1")),
      (.heic, box("mif1", "heic")), (.heic, box("msf1", "hevc")), (.avif, box("avif", "mif1", "miaf")),
      (.avif, box("avis", "msf1")), (.avif, box("mif1", "miaf", "avif")), (nil, box("isom", "mp42")),
      (nil, box("qt  ")), (nil, box("crx ", "isom")), (nil, Array(box("heic").prefix(11))),
      (nil, Array("\0\0\0\u{18}ftyp".utf8)),
    ]
    for (format, bytes) in rows {
      #expect(PictureFormat(firstBytes: bytes) == format, "\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test func fewBytesAreEnough() throws {
    for name in FormatFixture.names {
      let bytes = try FormatFixture.bytes(name)
      for count in 0..<16 { _ = PictureFormat(firstBytes: bytes.prefix(count)) }
      #expect(PictureFormat(firstBytes: bytes.prefix(16)) == PictureFormat(firstBytes: bytes), "\(name)")
    }
  }
}
