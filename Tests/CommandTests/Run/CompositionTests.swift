import Testing
import U2Net

/// What 'u2cl run --output' makes.
@Suite struct CompositionTests {
  private let quick = ["--quiet", "--size", "96"]

  private func picture(_ sandbox: Sandbox, _ name: String) throws -> Picture {
    try Picture(contentsOf: sandbox.folder + "/" + name)
  }

  @Test(arguments: ["mask", "cutout", "composite", "blur", "overlay", "heatmap", "contour"])
  func everyKindIsMade(kind: String) throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.demo, to: "photo.jpg")
    let outcome = try sandbox.expectSuccess(["run", "photo.jpg", "--output", kind] + quick)
    #expect(outcome.text == "photo.\(kind).png\n")
    let made = try picture(sandbox, "photo.\(kind).png")
    #expect(made.size == Size(height: 480, width: 640) && made.hasAlpha == (kind == "cutout"))
    #expect(try made.flattened() != picture(sandbox, "photo.jpg"))
    try sandbox.expectSuccess(["run", "photo.jpg", "--output", kind, "--matting", "-o", "matted.webp"] + quick)
    #expect(try picture(sandbox, "matted.webp").size == made.size)
  }

  @Test func formatsAreNamed() throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.demo, to: "photo.jpg")
    let run = ["run", "photo.jpg"] + quick
    try sandbox.expectSuccess(run + ["--output", "blur", "--format", "jpeg"])
    try sandbox.expectSuccess(run + ["--output", "cutout", "--format", "webp"])
    try sandbox.expectSuccess(run + ["--to", "mask.jpeg", "--quality", "50"])
    #expect(sandbox.files == ["photo.jpg", "photo.blur.jpg", "photo.cutout.webp", "mask.jpeg"])
    let piped = try sandbox.expectSuccess(run + ["--output", "overlay", "--format", "jpeg", "-o", "-"])
    #expect(PictureFormat(firstBytes: piped.output.prefix(16)) == .jpeg)
  }

  @Test(arguments: [
    (["--output", "cutout", "-o", "out.jpg"], "JPEG has no transparency; write a cutout as .png or .webp"),
    (["--output", "cutout", "--format", "jpeg"], "JPEG has no transparency"),
    (["--output", "nonsense"], "mask, cutout, composite, blur, overlay, heatmap, contour"),
    (["--output", "out.png"], "the value 'out.png' is invalid for '--output <kind>'"),
    (["-o", "out.png", "--format", "webp"], "leave out --format"),
    (["--quality", "0"], "--quality goes from 1 to 100"),
    (["--threshold", "1.5"], "--threshold goes from 0 to 1"),
    (["--feather=-1"], "--feather goes from 0"),
    (["--margin", "x%"], "the value 'x%' is invalid"),
    (["--over", "ffffff"], "--over goes with --output composite"),
    (["--output", "blur", "--color", "ff0000"], "--color goes with --output overlay or contour"),
    (["--matting", "--no-refine"], "exclude each other"),
  ])
  func nonsenseIsTold(arguments: [String], says: String) throws {
    try Sandbox().expectFailure(2, ["run", Sandbox.demo] + arguments, says: says)
  }

  @Test func aBackdropIsAColourOrAPicture() throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.demo, to: "photo.jpg")
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "beach.png")
    let run = ["run", "photo.jpg", "--output", "composite"] + quick
    try sandbox.expectSuccess(run + ["--over", "102030", "-o", "color.png"])
    guard case .bits8(let samples) = try picture(sandbox, "color.png").samples else { return }
    #expect(Array(samples.prefix(3)) == [0x10, 0x20, 0x30])
    try sandbox.expectSuccess(run + ["--over", "beach.png", "-o", "beach.composite.png"])
    try sandbox.expectFailure(2, run + ["--over", "beach.png", "-o", "beach.png"], says: "would be overwritten")
    try sandbox.expectFailure(5, run + ["--over", "no.png"], says: "no.png")
  }

  /// The apple lies in the middle; around it is nothing that is kept.
  @Test func trimmingKeepsTheObject() throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.demo, to: "photo.jpg")
    let run = ["run", "photo.jpg", "--output", "cutout"] + quick
    try sandbox.expectSuccess(run + ["--trim", "-o", "tight.png"])
    try sandbox.expectSuccess(run + ["--margin", "10", "-o", "loose.png"])
    let (tight, loose) = (try picture(sandbox, "tight.png").size, try picture(sandbox, "loose.png").size)
    #expect((200..<400).contains(tight.width) && (200..<400).contains(tight.height), "\(tight)")
    #expect(loose == Size(height: tight.height + 20, width: tight.width + 20))
  }

  @Test func alphaIsShaped() throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.demo, to: "photo.jpg")
    try sandbox.expectSuccess(["run", "photo.jpg", "--threshold", "0.5", "-o", "hard.png"] + quick)
    try sandbox.expectSuccess(["run", "photo.jpg", "--threshold", "0.5", "--feather", "4", "-o", "soft.png"] + quick)
    func levels(_ name: String) throws -> Set<UInt8> {
      guard case .bits8(let samples) = try picture(sandbox, name).samples else { return [] }
      return Set(samples)
    }
    #expect(try levels("hard.png") == [0, 255])
    #expect(try levels("soft.png").count > 100)
  }

  /// Depth, profile and orientation of what comes in.
  @Test(arguments: [
    "rgb-16.png", "grey-16.png", "rgba-16.png", "cmyk.jpg", "palette-8.png", "grey.jpg", "animated.webp", "exif-6.jpg",
    "icc.png",
  ])
  func everyPictureIsCutOut(name: String) throws {
    let sandbox = try Sandbox()
    let source = try Picture(contentsOf: Sandbox.picture(name))
    let outcome = try sandbox.run(["run", Sandbox.picture(name), "--output", "cutout", "-o", "out.png", "--size", "32"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let made = try picture(sandbox, "out.png")
    #expect(made.size == source.size && made.hasAlpha)
    #expect(made.bits == source.bits && made.metadata == Metadata())
    if name == "icc.png" { #expect(made.iccProfile == source.iccProfile) }
    #expect(outcome.errors.contains("only the first is used") == (name == "animated.webp"))
    try sandbox.expectSuccess(
      ["run", Sandbox.picture(name), "--output", "cutout", "-o", "kept.png", "--size", "32", "--keep-metadata"])
    #expect(try picture(sandbox, "kept.png").metadata == source.metadata)
  }
}

extension Picture {
  /// Of a sample.
  fileprivate var bits: Int { if case .bits16 = samples { 16 } else { 8 } }
}
