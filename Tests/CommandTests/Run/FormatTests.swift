import TestSupport
import Testing
import U2Net

/// HEIC, AVIF, TIFF, GIF, BMP, JPEG XL and JPEG 2000 through the command.
@Suite struct FormatCommandTests {
  private static func fixture(_ name: String) -> String {
    SharedFiles.packageRoot + "/Tests/PicturesTests/FormatFixtures/" + name
  }

  private static let noLibrary = ["U2CL_LIBVIPS": "/nonexistent"]

  /// Whether libvips is installed; said once where it is not.
  private static let hasLibrary: Bool = {
    let sandbox = try? Sandbox()
    let outcome = try? sandbox?.run(["run", fixture("rgb-8.tif"), "-o", "-", "--size", "32", "--device", "reference"])
    if outcome?.errors.contains("libvips") == true { print("SKIPPED: libvips is missing") }
    return outcome?.code == 0
  }()

  @Test(
    .enabled(if: hasLibrary, "needs libvips"),
    arguments: ["rgb.heic", "rgb.avif", "rgb-8.tif", "palette.gif", "rgb-24.bmp", "rgb-8.jxl", "rgb-8.jp2"])
  func everyFormatHasAMask(name: String) throws {
    let sandbox = try Sandbox()
    for ending in ["png", "tif", "avif"] {
      try sandbox.expectSuccess(["run", Self.fixture(name), "-o", "out.\(ending)", "--size", "32", "--quiet"])
      let mask = try Picture(contentsOf: "\(sandbox.folder)/out.\(ending)")
      #expect(try mask.size == Picture(contentsOf: Self.fixture(name)).size, "\(ending)")
    }
  }

  /// The line says what to install; a BMP file needs nothing.
  @Test func aMissingLibraryIsTold() throws {
    let sandbox = try Sandbox()
    for name in ["rgb.heic", "rgb-8.tif", "palette.gif", "rgb-8.jxl", "rgb-8.jp2"] {
      let outcome = try sandbox.run(["run", Self.fixture(name), "-o", "out.png"], environment: Self.noLibrary)
      #expect(outcome.code == 5 && outcome.saysOnce("apt-get install libvips42"), "\(name): \(outcome.errors)")
    }
    let bitmap = ["run", Self.fixture("rgb-24.bmp"), "--size", "32", "--quiet", "-o"]
    #expect(try sandbox.run(bitmap + ["out.png"], environment: Self.noLibrary).code == 0)
    let outcome = try sandbox.run(bitmap + ["out.tif"], environment: Self.noLibrary)
    #expect(outcome.code == 5 && outcome.errors.contains("writing TIFF takes libvips"), "\(outcome.errors)")
  }

  @Test func theLimitCanBeSet() throws {
    let sandbox = try Sandbox()
    let run = ["run", Sandbox.picture("rgb-8.png"), "-o", "out.png", "--size", "32", "--quiet", "--max-pixels"]
    try sandbox.expectFailure(5, run + ["116"], says: "more than the limit of 116", "u2cl run --max-pixels 117")
    try sandbox.expectSuccess(run + ["117"])
    try sandbox.expectFailure(2, run + ["0"], says: "--max-pixels goes from 1 to")
  }
}
