import Testing
import U2Net

/// `models info` and `models convert`, and what runs make of models of other tasks.
@Suite struct ModelsTests {
  private static let isNet = Sandbox.checkpoint("family/isnet_opset17_dynamic.onnx")
  private static let parsing = Sandbox.checkpoint("family/u2net_4ch_opset18_dynamo.onnx")

  @Test func aModelIsTold() throws {
    let sandbox = try Sandbox()
    let builtIn = try sandbox.expectSuccess(["models", "info"]).text
    for part in ["u2netp, batch norm apart", "1,131,181", "9.68 GMAC", "224×224", "saliency", "0.229 0.224 0.225"] {
      #expect(builtIn.contains(part), "'\(part)' in\n\(builtIn)")
    }
    let report = try JSON(sandbox.expectSuccess(["models", "info", Sandbox.builtInModel, "--json"]).output)
    #expect(report["architecture"]?.text == "u2netp" && report["isGraph"]?.truth == false)
    #expect(report["parameters"]?.number == 1_131_181 && report["height"]?.number == 224)
    #expect(
      report["sha256"]?.text == "bac14ef944c57f8113f3dfef839a2c75441bf80a4dafd3afcdce55f67106af27")
    let isNet = try sandbox.expectSuccess(["models", "info", Self.isNet]).text
    #expect(isNet.contains("isnet (custom), batch norm folded, run node by node") && isNet.contains("1024×1024"))
    #expect(isNet.contains("x / 255") && isNet.contains("d1 d2 d3 d4 d5 d6"))
    let parsing = try sandbox.expectSuccess(["models", "info", Self.parsing]).text
    #expect(parsing.contains("parsing (background, class1, class2, class3)") && parsing.contains("29×21"))
    try sandbox.expectFailure(4, ["models", "info", "missing.onnx"], says: "missing.onnx: there is no such file")
    try sandbox.expectFailure(
      4, ["models", "info", Sandbox.checkpoint("tiny_rsu4.pth")], says: "not named as U²-Net's or IS-Net's")
  }

  @Test func aModelIsConverted() throws {
    let sandbox = try Sandbox()
    let convert = ["models", "convert", Self.isNet, "out.safetensors", "--size", "64", "--std", "0.5"]
    #expect(try sandbox.expectSuccess(convert).text == "out.safetensors\n")
    #expect(sandbox.files == ["out.safetensors"])
    let report = try JSON(sandbox.expectSuccess(["models", "info", "out.safetensors", "--json"]).output)
    #expect(report["height"]?.number == 64 && report["divideBy"]?.text == "255" && report["isGraph"]?.truth == false)
    let run = ["run", Sandbox.demo, "-q", "-o", "-", "--model"]
    let converted = try sandbox.expectSuccess(run + ["out.safetensors"]).output
    let original = try sandbox.expectSuccess(run + [Self.isNet, "--size", "64", "--std", "0.5"]).output
    #expect(converted == original)
    let small = ["models", "convert", Sandbox.builtInModel, "small.safetensors", "--half", "--fold-bn", "--json"]
    let bytes = try JSON(sandbox.expectSuccess(small).output)["bytes"]?.number
    #expect(try bytes == Double(Sandbox.bytes(sandbox.folder + "/small.safetensors").count))
  }

  @Test func conversionsThatCannotBe() throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.builtInModel, to: "model.safetensors")
    let convert = ["models", "convert"]
    try sandbox.expectFailure(2, convert + [Self.isNet, "out.onnx"], says: "end the name in .safetensors")
    try sandbox.expectFailure(
      2, convert + ["model.safetensors", "./model.safetensors"], says: "is the model that is read")
    try sandbox.expectFailure(2, convert + [Self.isNet, "o.safetensors", "--size", "0"], says: "--size from 1 to 8192")
    try sandbox.expectFailure(5, convert + [Self.isNet, "no/out.safetensors"], says: "there is no folder no")
    try sandbox.expectFailure(
      4, convert + [Sandbox.checkpoint("family/u2net_opset9.onnx"), "out.safetensors"],
      says: "computes neither U²-Net nor IS-Net", "use the ONNX file as it is")
    try sandbox.write(EditedModel().withFirstElement(bits: 0x7E00), to: "nan.safetensors")
    try sandbox.expectFailure(
      4, convert + ["nan.safetensors", "out.safetensors"], says: "nan.safetensors: tensor 'outconv.bias' holds nan")
    let full = try sandbox.shell(
      "trap '' XFSZ; ulimit -f 4; exec \"$U2CL\" models convert '\(Self.isNet)' out.safetensors")
    #expect(full.code == 5 && full.errors.hasPrefix("u2cl: 'out.safetensors': cannot be written"), "\(full.errors)")
    #expect(sandbox.files == ["model.safetensors", "nan.safetensors"])
  }

  @Test func parsingGivesAMaskForEachClass() throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.demo, to: "photo.jpg")
    try sandbox.copy(Self.parsing, to: "u2net_cloth_seg.onnx")
    let run = ["run", "photo.jpg", "-q", "--model", "u2net_cloth_seg.onnx"]
    let names = ["background", "upper", "lower", "full"].map { "photo.mask.\($0).png" }
    #expect(try sandbox.expectSuccess(run).lines == names + ["photo.mask.png"])
    let map = try Picture(contentsOf: sandbox.folder + "/photo.mask.png")
    #expect(map.size == Size(height: 480, width: 640) && !map.hasAlpha)
    let masks = try names.map { try Picture(contentsOf: sandbox.folder + "/" + $0) }
    let labels = try Self.bytes(of: map)
    let whites = try masks.map(Self.bytes)
    for pixel in stride(from: 0, to: labels.count / 3, by: 97) {
      let classes = whites.indices.filter { whites[$0][pixel * 3] == 255 }
      let color = classes.first.map { LabelMap.color(of: $0) }
      #expect(classes.count == 1 && color?.red == labels[pixel * 3] && color?.green == labels[pixel * 3 + 1])
    }
    let report = try JSON(sandbox.expectSuccess(run + ["--json"]).output)["pictures"]?.list.first
    #expect(
      report?["classMasks"]?.list.last?.text == "photo.mask.full.png" && report?["file"]?.text == "photo.mask.png")
    #expect(try sandbox.expectSuccess(run + ["-o", "-"]).output == Sandbox.bytes(sandbox.folder + "/photo.mask.png"))
  }

  private static func bytes(of picture: Picture) throws -> [UInt8] {
    guard case .bits8(let samples) = picture.samples else { throw Failure(.file, "16 bits") }
    return samples
  }

  /// A picture that is called like the mask of a class stays.
  @Test func aClassDoesNotOverwriteAPicture() throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "out.class1.png")
    try sandbox.expectFailure(
      5, ["run", "out.class1.png", "-q", "-o", "out.png", "--model", Self.parsing],
      says: "would overwrite out.class1.png")
  }

  @Test func customModelsAreTold() throws {
    let sandbox = try Sandbox()
    let run = ["run", Sandbox.demo, "-q", "-o", "-", "--size", "32"]
    let usual = try sandbox.expectSuccess(run).output
    let same = [
      "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225", "--divide-by", "max", "--task", "saliency",
    ]
    #expect(try sandbox.expectSuccess(run + same).output == usual)
    for other in [["--mean", "0.5"], ["--std", "0.1,0.2,0.3"], ["--task", "portrait"]] {
      #expect(try sandbox.expectSuccess(run + other).output != usual, "\(other)")
    }
    for (option, value) in [("--mean", "1,2"), ("--mean", "x"), ("--std", "1,2,nan"), ("--task", "all")] {
      try sandbox.expectFailure(2, run + [option, value], says: option)
    }
    try sandbox.expectFailure(2, run + ["--std", "0"], says: "--std takes positive numbers")
    try sandbox.expectFailure(4, run + ["--task", "parsing"], says: "parsing needs 2 to 256 channels")
  }
}
