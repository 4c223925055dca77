internal import Foundation
internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

/// Writing JPEG and WebP, profiles and metadata.
@Suite struct WritingTests {
  /// The formats that need no further library; `FormatTests` has the others.
  static let formats = [PictureFormat.png, .jpeg, .webp]
  static let sizes = [Size(height: 1, width: 1), Size(height: 3, width: 127), Size(height: 65, width: 2)]

  @Test(arguments: sizes, [false, true]) func losslessWebPComesBack(_ size: Size, hasAlpha: Bool) throws {
    let picture = Fixture.picture(size, hasAlpha: hasAlpha)
    let back = try Picture(decoding: picture.encoded(EncodingOptions(.webp, quality: 100)), name: "x")
    #expect(back.size == size)
    for i in 0..<size.height * size.width {
      // What is transparent has no colour worth keeping.
      let alpha = hasAlpha ? picture.values[4 * i + 3] : 255
      #expect((back.hasAlpha ? back.values[4 * i + 3] : 255) == alpha)
      guard alpha > 0 else { continue }
      for channel in 0..<3 {
        #expect(back.values[i * back.channels + channel] == picture.values[i * picture.channels + channel])
      }
    }
  }

  /// A smooth picture loses little, and less at better quality.
  @Test(arguments: [PictureFormat.jpeg, .webp]) func qualityIsQuality(_ format: PictureFormat) throws {
    let size = Size(height: 40, width: 60)
    var samples: [UInt8] = []
    for y in 0..<size.height {
      for x in 0..<size.width { samples += [UInt8(x * 4), UInt8(y * 6), UInt8(128 + x - y)] }
    }
    let picture = Picture(size: size, hasAlpha: false, samples: .bits8(samples))
    let files = try [30, 95].map { try picture.encoded(EncodingOptions(format, quality: $0)) }
    #expect(files[0].count < files[1].count)
    #expect(PictureFormat(firstBytes: files[1].prefix(16)) == format)
    let back = try Picture(decoding: files[1], name: "x")
    #expect(back.mismatch(with: picture, within: 12) == nil)
  }

  @Test func masksAreGrey() throws {
    let size = Size(height: 9, width: 13)
    let mask = Mask(size: size, pixels: Fixture.samples(size, channels: 1))
    for format in Self.formats {
      let back = try Picture(decoding: mask.encoded(EncodingOptions(format, quality: 100)), name: "x")
      let worst = zip(mask.pixels, 0...).map { abs(Int($0) - back.values[$1 * back.channels]) }.max() ?? 255
      #expect(worst <= (format == .jpeg ? 3 : 0), "\(format): \(worst)")
    }
  }

  @Test(arguments: Self.formats) func theProfileIsKept(_ format: PictureFormat) throws {
    let picture = try Picture(contentsOf: Fixture.path("icc.jpg"))
    let profile = try #require(picture.iccProfile)
    let isRGB = profile.dropFirst(16).starts(with: "RGB ".utf8)
    #expect(
      try Picture(decoding: picture.encoded(EncodingOptions(format)), name: "x").iccProfile == (isRGB ? profile : nil))
    // A profile of inks would make nonsense of RGB.
    var cmyk = picture
    cmyk.iccProfile = Array(profile.prefix(16)) + Array("CMYK".utf8) + Array(profile.dropFirst(20))
    #expect(try Picture(decoding: cmyk.encoded(EncodingOptions(format)), name: "x").iccProfile == nil)
  }

  /// Metadata is dropped by default. If it is kept, its orientation is that of the pixels.
  @Test(arguments: Self.formats, ["exif-6.jpg", "exif-6.png", "lossless-exif-6.webp"])
  func metadataIsKeptOnDemand(_ format: PictureFormat, source: String) throws {
    var picture = try Picture(contentsOf: Fixture.path(source))
    picture.metadata.xmp = Array("<x:xmpmeta xmlns:x='adobe:ns:meta/' tiff:Orientation=\"1\"/>".utf8)
    #expect(picture.metadata.exif != nil)
    let dropped = try Picture(decoding: picture.encoded(EncodingOptions(format)), name: "x")
    #expect(dropped.metadata == Metadata())
    let kept = try Picture(decoding: picture.encoded(EncodingOptions(format, keepsMetadata: true)), name: "x")
    #expect(kept.metadata == picture.metadata && kept.size == picture.size)
  }

  @Test func xmpTurnsUpright() throws {
    var picture = try Picture(contentsOf: Fixture.path("rgb-8.png"))
    for (before, after) in [
      ("tiff:Orientation=\"6\"", "tiff:Orientation=\"1\""),
      ("<tiff:Orientation>8</tiff:Orientation>", "<tiff:Orientation>1</tiff:Orientation>"),
      ("tiff:Orient", "tiff:Orient"), ("tiff:Orientation", "tiff:Orientation"),
      ("tiff:Orientation=\"", "tiff:Orientation=\""),
    ] {
      picture.metadata.xmp = Array(before.utf8)
      let back = try Picture(decoding: picture.encoded(EncodingOptions(.png, keepsMetadata: true)), name: "x")
      #expect(back.metadata.xmp == Array(after.utf8))
    }
  }

  @Test func whatAFormatCannotHoldIsTold() {
    let wide = Fixture.picture(Size(height: 1, width: 16384))
    #expect(throws: PictureError(.notEncodable(.webp, wide.size), name: "w")) {
      try wide.encoded(EncodingOptions(.webp), name: "w")
    }
    let wider = Fixture.picture(Size(height: 1, width: 65536))
    #expect(throws: PictureError(.notEncodable(.jpeg, wider.size), name: "w")) {
      try wider.encoded(EncodingOptions(.jpeg), name: "w")
    }
  }

  @Test func namesSayFormats() {
    for (name, format) in [
      ("a.png", PictureFormat.png), ("a.b.JPG", .jpeg), ("a.jpeg", .jpeg), ("x/a.WebP", .webp), (".png", .png),
    ] { #expect(PictureFormat(fileName: name) == format) }
    for name in ["", "png", "a.gif", "a.png/b", "a."] { #expect(PictureFormat(fileName: name) == nil, "\(name)") }
  }
}
