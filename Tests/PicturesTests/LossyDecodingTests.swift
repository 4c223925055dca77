internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

@Suite struct LossyDecodingTests {
  /// Versions of libjpeg and libwebp may round differently.
  static let tolerance = 2

  @Test(
    arguments: [
      "baseline-444.jpg", "baseline-420.jpg", "progressive.jpg", "restarts.jpg", "grey.jpg", "rgb.jpg", "cmyk.jpg",
      "ycck.jpg", "lossy.webp", "lossy-alpha.webp",
    ])
  func asPillowDecodes(_ name: String) throws {
    let picture = try Picture(contentsOf: Fixture.path(name))
    let stem = name.prefix { $0 != "." }
    let expected = try Picture(contentsOf: Fixture.path("\(stem).expected.png"))
    #expect(picture.mismatch(with: expected, within: Self.tolerance) == nil)
    #expect(picture.notes.isEmpty)
  }

  @Test func losslessWebP() throws {
    let rgb = try Picture(contentsOf: Fixture.path("lossless.webp"))
    #expect(rgb.mismatch(with: Fixture.picture(Fixture.size)) == nil)
    let rgba = try Picture(contentsOf: Fixture.path("lossless-alpha.webp"))
    #expect(rgba.mismatch(with: Fixture.picture(Fixture.size, hasAlpha: true)) == nil)
    let turned = try Picture(contentsOf: Fixture.path("lossless-exif-6.webp"))
    #expect(turned.mismatch(with: Fixture.picture(Fixture.size).upright(from: .rotated90Clockwise)) == nil)
  }

  @Test func animationGivesItsFirstFrameAndSaysSo() throws {
    let picture = try Picture(contentsOf: Fixture.path("animated.webp"))
    #expect(picture.flattened().mismatch(with: Fixture.picture(Fixture.size)) == nil)
    #expect(picture.notes == [.firstFrame(of: 3)])
  }

  @Test(arguments: 1...8) func orientation(_ orientation: Int) throws {
    let picture = try Picture(contentsOf: Fixture.path("exif-\(orientation).jpg"))
    let upright = try Picture(contentsOf: Fixture.path("exif.expected.png"))
    #expect(picture.mismatch(with: upright, within: 5) == nil)
  }

  @Test(arguments: ["icc.jpg", "icc.png", "icc.webp"]) func profileIsKept(_ name: String) throws {
    let profile = try #require(try Picture(contentsOf: Fixture.path(name)).iccProfile)
    #expect(profile.count > 128)
    #expect(profile[36..<40].elementsEqual("acsp".utf8))
  }
}
