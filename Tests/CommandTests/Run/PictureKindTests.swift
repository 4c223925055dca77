import Foundation
import TestSupport
import Testing
import U2Net

/// Every kind of picture that is read, through the command: its mask, and its cut-out as PNG and as WebP.
@Suite struct PictureKindTests {
  /// The fixtures; of each name's dots all but the last are dashes, as some differ in nothing else.
  private static func fixtures(in sandbox: Sandbox) throws -> [String: Picture] {
    var pictures: [String: Picture] = [:]
    try sandbox.makeFolder("in")
    let folder = Sandbox.picture("")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      guard let dot = name.lastIndex(of: "."), PictureFormat(fileName: name) != nil else { continue }
      guard !name.hasPrefix("claims-"), !name.hasSuffix(".expected.png") else { continue }
      let ending = name[dot...].dropFirst()
      let stem = "\(name[..<dot].replacing(".", with: "-"))-\(ending)"
      try sandbox.copy(folder + name, to: "in/\(stem).\(ending)")
      pictures[stem] = try Picture(contentsOf: folder + name)
    }
    return pictures
  }

  @Test func everyKindIsMaskedAndCutOut() throws {
    let sandbox = try Sandbox()
    let sources = try Self.fixtures(in: sandbox)
    #expect(sources.count > 70)
    let run = ["run", "in", "--size", "32", "--threshold", "0.5", "--no-refine", "-o", "out"]
    try sandbox.expectSuccess(run + ["--quiet"])
    let said = try sandbox.expectSuccess(run + ["--output", "cutout"]).errors
    try sandbox.expectSuccess(run + ["--output", "cutout", "--format", "webp", "--quality", "100", "--quiet"])
    // It is said of the animation, and of nothing else.
    let lines = said.split(separator: "\n").filter { $0.contains("animation") }
    #expect(lines == ["u2cl: in/animated-webp.webp: the file is an animation of 3 frames; only the first is used"])
    var kept = 0
    for (name, source) in sources {
      let mask = try Picture(contentsOf: "\(sandbox.folder)/out/\(name).mask.png")
      #expect(mask.size == source.size && !mask.hasAlpha, "\(name)")
      let png = try Picture(contentsOf: "\(sandbox.folder)/out/\(name).cutout.png")
      #expect(png.isSixteenBit == source.isSixteenBit, "\(name)")
      kept += Self.expect(png.values, from: source.values, of: source, cut: png, mask, "\(name) as PNG")
      let webp = try Picture(contentsOf: "\(sandbox.folder)/out/\(name).cutout.webp")
      let values = source.samples8.map(Int.init)
      kept += Self.expect(webp.values, from: values, of: source, cut: webp, mask, "\(name) as WebP")
    }
    // Some of the smallest have nothing that stands out.
    #expect(kept > 5_000, "\(kept) pixels compared")
    // The first frame is the picture of that name.
    #expect(
      try Picture(contentsOf: "\(sandbox.folder)/out/animated-webp.cutout.png")
        == Picture(contentsOf: "\(sandbox.folder)/out/lossless-webp.cutout.png"))
  }

  /// Where the mask is full the picture's own pixel is there, its own alpha with it; nothing is elsewhere.
  ///
  /// - Returns: how many pixels were compared.
  private static func expect(
    _ made: [Int], from values: [Int], of source: Picture, cut: Picture, _ mask: Picture, _ what: String
  ) -> Int {
    // WebP has no alpha where every pixel is full.
    let (channels, own) = (cut.hasAlpha ? 4 : 3, source.hasAlpha ? 4 : 3)
    #expect(cut.size == source.size, "\(what): \(cut.size)")
    guard cut.size == source.size else { return 0 }
    let full = what.hasSuffix("PNG") && source.isSixteenBit ? 65535 : 255
    var kept = 0
    for pixel in 0..<source.size.height * source.size.width {
      let isKept = mask.samples8[3 * pixel] == 255
      let alpha = isKept ? (own == 4 ? values[own * pixel + 3] : full) : 0
      let found = channels == 4 ? made[channels * pixel + 3] : full
      guard found == alpha else {
        Issue.record("\(what): pixel \(pixel) has alpha \(found), not \(alpha)")
        return kept
      }
      // Of what nobody sees WebP keeps no colour.
      guard alpha > 0 else { continue }
      kept += 1
      let (color, expected) = ((0..<3).map { made[channels * pixel + $0] }, (0..<3).map { values[own * pixel + $0] })
      guard color == expected else {
        Issue.record("\(what): pixel \(pixel) is \(color), not \(expected)")
        return kept
      }
    }
    return kept
  }

  /// Inks are taken to be inverted whether Adobe's marker says so or not, as browsers and Pillow take them.
  @Test func inksNeedNoMarker() throws {
    let sandbox = try Sandbox()
    var bytes = try Sandbox.bytes(Sandbox.picture("cmyk.jpg"))
    let marker = try #require(Data(bytes).range(of: Data([0xFF, 0xEE])))
    let length = Int(bytes[marker.upperBound]) << 8 | Int(bytes[marker.upperBound + 1])
    try sandbox.write(bytes, to: "marked.jpg")
    bytes.removeSubrange(marker.lowerBound..<marker.upperBound + length)
    try sandbox.write(bytes, to: "plain.jpg")
    try sandbox.expectSuccess(
      ["run", "marked.jpg", "plain.jpg", "--output", "cutout", "-o", ".", "--size", "32", "--quiet"])
    #expect(
      try Sandbox.bytes(sandbox.folder + "/marked.cutout.png") == Sandbox.bytes(sandbox.folder + "/plain.cutout.png"))
  }

  /// Kinds of JPEG that are not decoded are refused in a line: lossless, and 12 bits a sample.
  @Test(arguments: ["lossless", "12 bits"]) func otherKindsAreRefused(kind: String) throws {
    let sandbox = try Sandbox()
    var bytes = try Sandbox.bytes(Sandbox.picture("baseline-444.jpg"))
    let frame = try #require(Data(bytes).range(of: Data([0xFF, 0xC0]))).lowerBound
    if kind == "lossless" { bytes[frame + 1] = 0xC3 } else { bytes[frame + 4] = 12 }
    try sandbox.write(bytes, to: "in.jpg")
    try sandbox.expectFailure(5, ["run", "in.jpg"], says: "'in.jpg': this kind of JPEG is not supported")
  }
}

extension Picture {
  fileprivate var isSixteenBit: Bool { if case .bits16 = samples { true } else { false } }

  /// All samples, of whatever depth.
  fileprivate var values: [Int] {
    switch samples {
    case .bits8(let values): values.map(Int.init)
    case .bits16(let values): values.map(Int.init)
    }
  }
}
