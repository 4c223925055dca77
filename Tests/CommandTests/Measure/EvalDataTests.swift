import Foundation
import Testing
import U2Net

/// Data sets as people have them: formats, sizes and levels of masks.
@Suite struct EvalDataTests {
  private static let size = Size(height: 20, width: 30)

  private func mask(_ index: Int, soft: Bool, size: Size = Self.size, foreground: UInt8 = 255) -> Mask {
    Mask(
      size: size,
      pixels: (0..<size.height * size.width).map { pixel in
        let isInside = pixel % size.width > 8 + index && pixel / size.width > 5
        return isInside ? (soft ? UInt8(180 + pixel % 50) : foreground) : (soft ? UInt8(pixel % 40) : 0)
      })
  }

  /// Three masks, and maps of the same size or another.
  private func dataset(foreground: UInt8 = 255, maps size: Size = Self.size) throws -> Sandbox {
    let sandbox = try Sandbox()
    for folder in ["masks", "maps"] { try sandbox.makeFolder(folder) }
    for index in 0..<3 {
      try mask(index, soft: false, foreground: foreground).writePNG(toFileAt: "\(sandbox.folder)/masks/p\(index).png")
      try mask(index, soft: true, size: size).writePNG(toFileAt: "\(sandbox.folder)/maps/p\(index).png")
    }
    return sandbox
  }

  private func eval(_ sandbox: Sandbox, _ options: [String] = []) throws -> (entry: JSON, errors: String) {
    let outcome = try sandbox.expectSuccess(
      ["eval", "--maps", "maps", "--masks", "masks", "--json"] + options,
      environment: ["U2CL_CACHE": sandbox.folder + "/cache"])
    return (try #require(JSON(outcome.output)["entries"]?.list.first), outcome.errors)
  }

  private func measure(_ name: String, _ entry: JSON) -> Double { entry["measures"]?[name]?.number ?? .nan }

  private func expectSame(_ found: JSON, _ expected: JSON) {
    for name in expected["measures"]?.keys ?? [] { #expect(measure(name, found) == measure(name, expected), "\(name)") }
  }

  private func warnings(_ entry: JSON) -> [String] { entry["warnings"]?.list.compactMap(\.text) ?? [] }

  /// The scores of pysodmetrics after OpenCV's `resize`.
  @Test func mapsAreResized() throws {
    let sandbox = try dataset(maps: Size(height: 33, width: 44))
    let refused = try sandbox.run(["eval", "--maps", "maps", "--masks", "masks"])
    #expect(refused.code == 5 && refused.errors.contains("3 of another size; resize the maps with --resize-maps"))
    let (entry, errors) = try eval(sandbox, ["--resize-maps"])
    #expect(abs(measure("mae", entry) - 0.226_537_524_366) < 1e-9)
    #expect(abs(measure("sMeasure", entry) - 0.695_635_020_803) < 1e-9)
    #expect(abs(measure("weightedF", entry) - 0.766_161_495_787) < 1e-9)
    #expect(errors.contains("3 of 3 maps were resized") && warnings(entry).count == 1)
  }

  /// Masks of 0 and 1 have no foreground, as for pysodmetrics; this is said even with --quiet, and what to do.
  @Test func masksOfZeroAndOneAreSuspicious() throws {
    let expected = try eval(try dataset()).entry
    #expect(warnings(expected).isEmpty)
    let sandbox = try dataset(foreground: 1)
    let (dark, errors) = try eval(sandbox, ["--quiet"])
    let says = "no mask has a value of at least 129 (the largest is 1), so all count as empty; --mask-threshold 1"
    #expect(errors.contains(says) && warnings(dark).contains { $0.hasPrefix(says) }, "\(errors)")
    #expect(measure("maxF", dark) == 0)
    let (scaled, silence) = try eval(sandbox, ["--quiet", "--mask-threshold", "1"])
    #expect(silence.isEmpty && warnings(scaled).isEmpty)
    expectSame(scaled, expected)
    try sandbox.expectFailure(
      2, ["eval", "--maps", "maps", "--masks", "masks", "--mask-threshold", "0"], says: "goes from 1 to 255")
  }

  /// Some empty masks are legitimate and said; nothing but empty ones is suspicious.
  @Test func emptyMasksAreTold() throws {
    let sandbox = try dataset()
    let empty = mask(0, soft: false, foreground: 0)
    try empty.writePNG(toFileAt: sandbox.folder + "/masks/p1.png")
    let (some, errors) = try eval(sandbox)
    #expect(warnings(some) == ["1 of 3 masks are empty; F and IoU are 0 there: p1"] && errors.contains("1 of 3 masks"))
    try mask(0, soft: false, foreground: 7).writePNG(toFileAt: sandbox.folder + "/masks/p2.png")
    let says = "1 of 3 masks have no value of at least 129 (the largest is 7), and count as empty: p2"
    #expect(warnings(try eval(sandbox).entry)[0].hasPrefix(says))
    for index in 0..<3 { try empty.writePNG(toFileAt: sandbox.folder + "/masks/p\(index).png") }
    let all = try eval(sandbox, ["--quiet"])
    #expect(all.errors.contains("every mask is empty") && warnings(all.entry).count == 1)
  }

  /// What an interrupted run has seen is said by the run that continues it.
  @Test func warningsOutliveAnInterruption() throws {
    let sandbox = try dataset(foreground: 1)
    let environment = ["U2CL_CACHE": sandbox.folder + "/cache"]
    let good = try Data(contentsOf: URL(fileURLWithPath: sandbox.folder + "/maps/p2.png"))
    try sandbox.write([], to: "maps/p2.png")
    #expect(try sandbox.run(["eval", "--maps", "maps", "--masks", "masks"], environment: environment).code == 5)
    try sandbox.write(Array(good), to: "maps/p2.png")
    let (entry, _) = try eval(sandbox)
    #expect(entry["resumed"]?.number == 2)
    #expect(warnings(entry).first?.hasPrefix("no mask has a value of at least 129") == true)
    // Another threshold gives other scores.
    #expect(try eval(sandbox, ["--mask-threshold", "1"]).entry["resumed"]?.number == 0)
  }

  /// Every format that pictures are read in, by name or by content; the rest is counted.
  @Test func formatsAreReadOrTold() throws {
    let expected = try eval(try dataset()).entry
    let sandbox = try dataset()
    for index in 0..<3 {
      let path = sandbox.folder + "/masks/p\(index)"
      try Data(bitmap(mask(index, soft: false))).write(to: URL(fileURLWithPath: path + ".bmp"))
      try FileManager.default.removeItem(atPath: path + ".png")
    }
    try FileManager.default.moveItem(atPath: sandbox.folder + "/maps/p1.png", toPath: sandbox.folder + "/maps/p1")
    try FileManager.default.moveItem(atPath: sandbox.folder + "/maps/p2.png", toPath: sandbox.folder + "/maps/p2.MAP")
    for name in ["a.tga", "b.TGA", "c.npy", "readme.txt", "Thumbs.db"] {
      try sandbox.write([1, 2], to: "maps/\(name)")
    }
    let (entry, errors) = try eval(sandbox)
    expectSame(entry, expected)
    let says = ["1 .npy file is", "2 .tga files are"].map { "maps: \($0) not read; convert them to PNG" }
    #expect(warnings(entry) == says && says.allSatisfy(errors.contains), "\(errors)")

    for index in 0..<3 { try FileManager.default.removeItem(atPath: "\(sandbox.folder)/masks/p\(index).bmp") }
    for name in ["p0.pgm", "p1.pgm"] { try sandbox.write(Array("P5".utf8), to: "masks/\(name)") }
    let refused = try sandbox.run(["eval", "--maps", "maps", "--masks", "masks"])
    #expect(refused.code == 5 && refused.errors.contains("masks: 2 .pgm files are not read"), "\(refused.errors)")
  }

  /// The model adds the channels of the normalized picture, so that nothing stands out in red.
  @Test func picturesWithoutASubjectAreNamed() throws {
    let sandbox = try dataset()
    try sandbox.write(TinyONNX.bytes(outputs: ["d0"]), to: "sum.onnx")
    try sandbox.makeFolder("images")
    for index in 0..<3 {
      let samples = (0..<Self.size.height * Self.size.width).flatMap { pixel -> [UInt8] in
        index == 1 ? [UInt8(pixel % 250), 0, 0] : [UInt8](repeating: UInt8(pixel % 250), count: 3)
      }
      try Picture(size: Self.size, hasAlpha: false, samples: .bits8(samples))
        .writePNG(toFileAt: "\(sandbox.folder)/images/p\(index).png")
    }
    let outcome = try sandbox.expectSuccess(
      ["eval", "--model", "sum.onnx", "--images", "images", "--masks", "masks", "--json", "--report", "page"],
      environment: ["U2CL_CACHE": sandbox.folder + "/cache"])
    let entry = try #require(JSON(outcome.output)["entries"]?.list.first)
    #expect(entry["nothing"]?.list.compactMap(\.text) == ["p1"])
    #expect(warnings(entry) == ["nothing stands out in 1 of 3 pictures: p1"], "\(outcome.errors)")
    let page = try String(contentsOfFile: sandbox.folder + "/page/index.html", encoding: .utf8)
    #expect(page.contains("<li>nothing stands out in 1 of 3 pictures: p1</li>"))
  }

  /// A bitmap of 8 bits with a palette of greys.
  private func bitmap(_ mask: Mask) -> [UInt8] {
    func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 255) } }
    let (width, height) = (mask.size.width, mask.size.height)
    let padding = [UInt8](repeating: 0, count: (4 - width % 4) % 4)
    var file: [UInt8] = Array("BM".utf8)
    for value in [54 + 1024 + (width + padding.count) * height, 0, 54 + 1024, 40, width, height] {
      file += number(value, 4)
    }
    file += number(1, 2) + number(8, 2)
    file += [UInt8](repeating: 0, count: 24)
    for grey in UInt8.min...UInt8.max { file += [grey, grey, grey, 0] }
    for y in (0..<height).reversed() {
      file += mask.pixels[y * width..<(y + 1) * width]
      file += padding
    }
    return file
  }
}
