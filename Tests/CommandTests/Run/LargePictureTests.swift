import Foundation
import TestSupport
import Testing
import U2Net

/// 80 megapixels in 1.5 GiB.
@Suite(.serialized) struct LargePictureTests {
  private static let size = Size(height: 8000, width: 10000)
  private static let limit = 3 << 29

  /// The apple at the size, as a JPEG.
  private func album() throws -> Sandbox {
    let sandbox = try Sandbox()
    let large = try Picture(contentsOf: Sandbox.demo).resized(to: Self.size)
    try sandbox.write(large.encoded(EncodingOptions(.jpeg)), to: "large.jpg")
    return sandbox
  }

  private func expectRoom(_ sandbox: Sandbox, _ options: [String], to name: String) throws {
    let peak = try sandbox.peakMemory(of: ["run", "large.jpg", "--quiet", "-o", name] + options)
    let what = "\(options.joined(separator: " ")) to \(name)"
    #expect(peak.code == 0, "\(what)")
    #expect((100 << 20)...Self.limit ~= peak.bytes, "\(what): \(peak.bytes >> 20) MiB")
    if TestBudget.isThorough { print("\(what): \(peak.bytes >> 20) MiB") }
    let header = try Sandbox.bytes("\(sandbox.folder)/\(name)")
    #expect(Picture.claimedSize(of: header) == Self.size, "\(what)")
  }

  @Test func aMaskFits() throws { try expectRoom(album(), ["--size", "64"], to: "out.png") }

  /// A whole photograph without loss is more than libwebp can do in that.
  @Test func losslessWebPIsRefused() throws {
    let sandbox = try album()
    try sandbox.expectFailure(
      5,
      [
        "run", "large.jpg", "--size", "64", "--output", "contour", "--no-refine", "--quality", "100", "-o", "out.webp",
        "-q",
      ],
      says: "'out.webp': WebP without loss of 10000×8000 pixels would take 1831 MiB of memory; store it as PNG")
  }

  /// Minutes: with U2CL_TEST_THOROUGH.
  @Test(.enabled(if: TestBudget.isThorough)) func everythingFits() throws {
    let sandbox = try album()
    for matting in [[], ["--matting"]] {
      for (kind, name) in [
        ("mask", "out.png"), ("mask", "out.webp"), ("cutout", "out.png"), ("cutout", "out.webp"),
        ("composite", "out.png"), ("composite", "out.webp"),
      ] {
        try expectRoom(sandbox, ["--output", kind] + matting, to: name)
      }
    }
  }
}
