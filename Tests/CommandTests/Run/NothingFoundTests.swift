import Foundation
import Testing
import U2Net

/// Pictures in which nothing stands out, masks that are not stretched, and masks of the background.
///
/// The model adds the channels of the normalized picture and takes the sigmoid: red has a probability of 0.17 at most,
/// and white one of almost 1.
@Suite struct NothingFoundTests {
  /// The device whose masks the host makes, and one that makes them itself.
  enum Path: CaseIterable {
    case host, device

    var arguments: [String] { self == .host ? [] : ["--device", "gpu", "--strict", "--precision", "fp32"] }
    var environment: [String: String] { self == .host ? [:] : TestLibrary.layer(["FAULTS_GPU": "1"]) }
  }

  static let paths = Path.allCases.filter { $0 == .host || TestLibrary.faults != nil }
  private static let side = 32

  /// A red ramp; with a white square, if something is to stand out.
  private static func samples(withSquare: Bool, side: Int = side) -> [UInt8] {
    (0..<side * side).flatMap { pixel -> [UInt8] in
      let (x, y) = (pixel % side, pixel / side)
      if withSquare, (8..<20).contains(x), (10..<24).contains(y) { return [255, 255, 255] }
      return [UInt8(x * 255 / (side - 1)), 0, 0]
    }
  }

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write(TinyONNX.bytes(outputs: ["d0", "d1"], side: Self.side), to: "sum.onnx")
    let size = Size(height: Self.side, width: Self.side)
    for (name, withSquare) in [("empty", false), ("square", true)] {
      try Picture(size: size, hasAlpha: false, samples: .bits8(Self.samples(withSquare: withSquare)))
        .writePNG(toFileAt: "\(sandbox.folder)/\(name).png")
    }
    return sandbox
  }

  private func run(_ picture: String, _ options: [String] = []) -> [String] {
    ["run", "\(picture).png", "--model", "sum.onnx"] + options
  }

  private func pixels(_ sandbox: Sandbox, _ name: String) throws -> [UInt8] {
    try Picture(contentsOf: "\(sandbox.folder)/\(name)").luma
  }

  /// The probabilities of the red ramp as levels.
  private static let levels: [UInt8] = (0..<side * side).map { pixel in
    let red = Double((pixel % side) * 255 / (side - 1)) / 255
    let sum = (red - 0.485) / 0.229 - 0.456 / 0.224 - 0.406 / 0.225
    return UInt8((255 / (1 + exp(-sum))).rounded())
  }

  @Test(arguments: paths) func anEmptyPictureIsTold(path: Path) throws {
    let sandbox = try sandbox()
    func report(_ picture: String, _ options: [String]) throws -> (JSON, errors: String) {
      let outcome = try sandbox.expectSuccess(
        run(picture, options + ["--json", "-o", "out.png"] + path.arguments), environment: path.environment)
      return (try #require(JSON(outcome.output)["pictures"]?.list.first), outcome.errors)
    }
    let (empty, told) = try report("empty", [])
    let confidence = try #require(empty["confidence"])
    #expect(confidence.keys == ["maximum", "minimum", "area", "standsOut"])
    #expect(abs((confidence["maximum"]?.number ?? 1) - 0.1691) < 1e-3, "\(path)")
    #expect(abs((confidence["minimum"]?.number ?? 1) - 0.0026) < 1e-3 && confidence["area"]?.number == 0)
    #expect(confidence["standsOut"]?.truth == false)
    #expect(told.contains("empty.png: nothing stands out (largest probability 0.169"), "\(told)")
    #expect(told.contains("--no-stretch") && empty["notes"]?.list.count == 1)
    #expect(try pixels(sandbox, "out.png").max() == 255)

    let (asIs, short) = try report("empty", ["--no-stretch"])
    #expect(short.contains("nothing stands out") && !short.contains("--no-stretch"), "\(short)")
    #expect(asIs["confidence"]?["standsOut"]?.truth == false)
    let levels = try pixels(sandbox, "out.png")
    #expect(zip(levels, Self.levels).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(path)")

    let (square, silence) = try report("square", [])
    #expect(square["confidence"]?["standsOut"]?.truth == true && !silence.contains("stands out"), "\(silence)")
    #expect(abs((square["confidence"]?["area"]?.number ?? 0) - 168.0 / 1024) < 1e-3)
  }

  /// A network's maps have no confidence if they are classes.
  @Test func classesHaveNoConfidence() throws {
    let sandbox = try sandbox()
    try sandbox.write(TinyONNX.bytes(outputs: ["d0"], channels: 3, side: Self.side), to: "sum.onnx")
    let parsing = ["--task", "parsing", "-o", "out.png"]
    let outcome = try sandbox.expectSuccess(run("empty", parsing + ["--json"]))
    #expect(try JSON(outcome.output)["pictures"]?.list.first?["confidence"] == nil)
    #expect(!outcome.errors.contains("stands out"))
    try sandbox.expectFailure(2, run("empty", parsing + ["--no-stretch", "-q"]), says: "leave out --no-stretch")
    let inverted = try sandbox.run(run("empty", parsing + ["--invert", "-q"]))
    #expect(inverted.code == 2 && inverted.errors.contains("leave out --invert"), "\(inverted.errors)")
  }

  /// Nothing is trimmed where nothing stands out, whatever the stretched noise looks like.
  @Test(arguments: paths) func anEmptyPictureIsNotTrimmed(path: Path) throws {
    let sandbox = try sandbox()
    for options in [[], ["--no-stretch"], ["--refine"], ["--output", "cutout"]] {
      let made = try sandbox.expectSuccess(
        run("empty", ["--trim", "-o", "out.png"] + options + path.arguments), environment: path.environment)
      #expect(made.errors.contains("nothing is trimmed"), "\(options): \(made.errors)")
      let size = try Picture(contentsOf: sandbox.folder + "/out.png").size
      #expect(size == Size(height: Self.side, width: Self.side), "\(options)")
    }
    let square = try sandbox.expectSuccess(
      run("square", ["--trim", "--threshold", "0.9", "-o", "out.png"] + path.arguments), environment: path.environment)
    #expect(!square.errors.contains("trimmed"))
    #expect(try Picture(contentsOf: sandbox.folder + "/out.png").size == Size(height: 14, width: 12))
  }

  @Test func emptyPicturesAreCounted() throws {
    let sandbox = try sandbox()
    try sandbox.makeFolder("out")
    let outcome = try sandbox.expectSuccess(["run", "empty.png", "square.png", "--model", "sum.onnx", "-o", "out/"])
    #expect(outcome.errors.contains("2 pictures in"), "\(outcome.errors)")
    #expect(
      outcome.errors.contains("nothing stands out in 1, where the result shows stretched noise"), "\(outcome.errors)")
    let quiet = try sandbox.expectSuccess(
      ["run", "empty.png", "square.png", "--model", "sum.onnx", "-o", "out/", "--quiet"])
    #expect(quiet.errors.isEmpty)
  }

  /// Every map is written as the mask is.
  @Test func sideMapsAreNotStretchedEither() throws {
    let sandbox = try sandbox()
    try sandbox.expectSuccess(run("empty", ["--no-stretch", "--invert", "--side-maps", "maps", "-o", "out.png"]))
    for map in ["d0", "d1"] {
      let levels = try pixels(sandbox, "maps/empty.\(map).png")
      #expect(zip(levels, Self.levels).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(map)")
    }
    #expect(try pixels(sandbox, "out.png") == pixels(sandbox, "maps/empty.d0.png").map { 255 - $0 })
  }

  /// The inverse of a mask is the mask of the background, whatever is done to the mask before.
  @Test(
    arguments: paths,
    [
      [], ["--threshold", "0.9"], ["--feather", "3"], ["--threshold", "0.9", "--feather", "2"], ["--refine"],
      ["--matting"],
      ["--no-stretch"],
    ]) func masksAreInverted(path: Path, options: [String]) throws
  {
    let sandbox = try sandbox()
    for (inversion, name) in [([], "mask"), (["--invert"], "inverse")] {
      try sandbox.expectSuccess(
        run("square", options + inversion + ["-q", "-o", "\(name).png"] + path.arguments),
        environment: path.environment)
    }
    #expect(try pixels(sandbox, "inverse.png") == pixels(sandbox, "mask.png").map { 255 - $0 }, "\(options)")
  }

  /// What is kept is the background: its pixels are opaque, and the trimmed rectangle is around them.
  @Test(arguments: paths) func theBackgroundIsKept(path: Path) throws {
    let sandbox = try sandbox()
    func made(_ options: [String]) throws -> Picture {
      try sandbox.expectSuccess(
        run("square", ["--threshold", "0.9", "--invert", "-q", "-o", "out.png"] + options + path.arguments),
        environment: path.environment)
      return try Picture(contentsOf: sandbox.folder + "/out.png")
    }
    let cutout = try made(["--output", "cutout", "--no-refine"])
    guard case .bits8(let samples) = cutout.samples else { return }
    func alpha(_ x: Int, _ y: Int) -> UInt8 { samples[4 * (y * Self.side + x) + 3] }
    #expect(alpha(14, 16) == 0 && alpha(2, 2) == 255 && alpha(30, 16) == 255)
    // The background reaches every border.
    #expect(try made(["--trim"]).size == Size(height: Self.side, width: Self.side))
    let composite = try made(["--output", "composite", "--over", "00ff00", "--no-refine"]).samples8
    let middle = 3 * (16 * Self.side + 14)
    #expect(Array(composite[middle..<middle + 3]) == [0, 255, 0])
  }

  /// The same of frames, and the frames are counted in which nothing stands out.
  @Test(arguments: paths) func framesAreTreatedAlike(path: Path) throws {
    let sandbox = try sandbox()
    let frames = Self.samples(withSquare: false) + Self.samples(withSquare: true) + Self.samples(withSquare: false)
    let side = "\(Self.side)"
    func stream(_ options: [String]) throws -> Sandbox.Outcome {
      try sandbox.expectSuccess(
        ["stream", "--width", side, "--height", side, "--model", "sum.onnx"] + options + path.arguments,
        environment: path.environment, input: frames)
    }
    let (plain, inverse) = (try stream([]), try stream(["--invert"]))
    #expect(plain.errors.contains("nothing stands out in 2, where the result shows stretched noise"), "\(plain.errors)")
    #expect(plain.errors.components(separatedBy: "stands out").count == 2, "one line, not one a frame")
    #expect(inverse.output == plain.output.map { 255 - $0 })
    let asIs = try stream(["--no-stretch"])
    #expect(asIs.errors.contains("nothing stands out in 2") && !asIs.errors.contains("--no-stretch"))
    let area = Self.side * Self.side
    #expect(zip(asIs.output.prefix(area), Self.levels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    #expect(asIs.output[area..<2 * area].contains(255))
    let cut = try stream(["--output", "rgba", "--invert", "-q"])
    #expect(cut.errors.isEmpty)
    #expect((0..<3 * area).allSatisfy { cut.output[4 * $0 + 3] == inverse.output[$0] })
  }
}
