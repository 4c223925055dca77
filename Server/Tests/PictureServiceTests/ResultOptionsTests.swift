import PictureService
import Testing
import U2Net

/// Options of requests: what they set, what is refused, and what the device has to compute for them.
@Suite struct ResultOptionsTests {
  private static func options(_ kind: Composition.Kind, _ pairs: [(String, String)]) throws -> ResultOptions {
    var options = ResultOptions(kind)
    for (name, value) in pairs { try options.set(name, to: value) }
    try options.finish()
    return options
  }

  @Test func optionsAreThoseOfTheCommand() throws {
    let options = try Self.options(
      .cutout,
      [
        ("model", "u2netp"), ("output", "composite"), ("format", "webp"), ("quality", "80"), ("refine", "false"),
        ("threshold", "0.5"), ("feather", "2"), ("invert", "true"), ("margin", "5%"), ("over", "#00fF01"),
      ])
    #expect(options.model == "u2netp" && options.encoding == EncodingOptions(.webp, quality: 80))
    let composition = options.composition
    #expect(composition.kind == .composite && composition.edges == .interpolated && composition.isInverted)
    #expect(composition.threshold == 0.5 && composition.feather == 2)
    #expect(composition.trim == Composition.Trim(fraction: 0.05))
    #expect(composition.backdrop == .color(Color(red: 0, green: 255, blue: 1)))
  }

  @Test(arguments: [
    [("unknown", "1")], [("model", "a"), ("model", "a")], [("output", "picture")], [("format", "bmp")],
    [("quality", "0")], [("quality", "x")], [("refine", "yes")], [("threshold", "nan")], [("threshold", "1.1")],
    [("feather", "-1")], [("over", "red"), ("output", "composite")], [("over", "00FF00")], [("color", "00FF00")],
    [("blur-radius", "2")], [("blur-radius", "0"), ("output", "blur")], [("format", "jpeg")],
    [("matting", "true"), ("refine", "false")], [("trim", "false"), ("margin", "1")],
    [("margin", "1"), ("trim", "false")], [("margin", "-1")], [("margin", "5.5")], [("stretch", "maybe")],
    [("resample", "nearest")], [("resample-mask", "")], [("size", "0")], [("background", "white")],
  ])
  func wrongOptionsAreRefused(_ pairs: [(String, String)]) {
    #expect(throws: ResultOptions.Problem.self) { try Self.options(.cutout, pairs) }
  }

  @Test func anUnknownOptionLeadsToTheListOfAll() {
    do throws(ResultOptions.Problem) {
      var options = ResultOptions(.mask)
      try options.set("secret\nword", to: "1")
      Issue.record("it was taken")
    } catch {
      #expect(!error.description.contains("secret") && ResultOptions.names.allSatisfy(error.description.contains))
    }
  }

  @Test func aBackgroundIsAColourOrAPicture() throws {
    var options = ResultOptions(.composite)
    try options.set("over", toFile: [1])
    #expect(throws: ResultOptions.Problem.self) { try options.set("over", to: "FFFFFF") }
    #expect(throws: ResultOptions.Problem.self) { try options.set("color", toFile: [1]) }
    #expect(options.backdropFile == [1])
    var cutout = ResultOptions(.cutout)
    try cutout.set("over", toFile: [1])
    #expect(throws: ResultOptions.Problem.self) { try cutout.finish() }
  }

  @Test(
    arguments: [
      (Composition.Kind.mask, [], .mask), (.mask, [("refine", "true")], .refinedMatte),
      (.cutout, [], .refinedCutout(withMatte: false)), (.cutout, [("trim", "1")], .refinedCutout(withMatte: true)),
      (.cutout, [("feather", "1")], .refinedMatte), (.blur, [], .refinedCutout(withMatte: true)),
      (.cutout, [("matting", "true")], .map), (.overlay, [], .refinedMatte), (.heatmap, [], .mask),
      (.cutout, [("refine", "false")], .mask),
    ] as [(Composition.Kind, [(String, String)], DetectionInput.Need)])
  func theDeviceComputesNoMoreThanNeeded(
    kind: Composition.Kind, pairs: [(String, String)], need: DetectionInput.Need
  ) throws { #expect(try Self.options(kind, pairs).need == need) }
}
