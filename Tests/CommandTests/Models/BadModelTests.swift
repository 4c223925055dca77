import Testing
import U2Net

/// The file's name, what must be said of it, and the file.
struct BadModel: CustomTestStringConvertible, Sendable {
  let name: String
  let says: [String]
  let bytes: @Sendable () throws -> [UInt8]
  var testDescription: String { name }

  init(_ name: String, _ says: String..., bytes: @escaping @Sendable () throws -> [UInt8]) {
    self.name = name
    self.says = says
    self.bytes = bytes
  }
}

/// Models that cannot be used: exit code 4, one line that names the file, nothing written.
@Suite struct BadModelTests {
  static let rows: [BadModel] = [
    BadModel("empty.onnx", "is empty") { [] },
    BadModel("text.pth", "is not .safetensors, .pth or .onnx") { Array("a text, whatever its name says\n".utf8) },
    BadModel("cut.onnx", "fetch or convert it again") { try cut("tiny_opset11_fixed_folded.onnx") },
    BadModel("cut.pth", "fetch or convert it again") { try cut("tiny_rsu4.pth") },
    BadModel("cut-legacy.pth", "fetch or convert it again") { try cut("tiny_rsu4_legacy.pth") },
    BadModel("cut.safetensors", "do not lie in the", "fetch or convert it again") {
      Array(try EditedModel().bytes.dropLast(1000))
    },
    BadModel("cut-header.safetensors", "claims a header of", "fetch or convert it again") {
      Array(try EditedModel().bytes.prefix(1000))
    },
    BadModel("long-header.safetensors", "claims a header of 9223372036854775807 bytes") {
      Array(repeating: 255, count: 7) + [127] + Array("{}".utf8)
    },
    BadModel("beyond.safetensors", "tensor 'w'", "offsets [0, 400] do not lie in the 4 bytes") {
      safetensors(#"{"w":{"dtype":"F32","shape":[100],"data_offsets":[0,400]}}"#, zeros: 4)
    },
    BadModel("backwards.safetensors", "tensor 'w'", "offsets [4, 0]") {
      safetensors(#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, zeros: 4)
    },
    BadModel("overlap.safetensors", "tensor 'w'", "overlaps the tensor before it") {
      safetensors(
        #"{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        zeros: 4)
    },
    BadModel("overflow.safetensors", "tensor 'w'", "[4611686018427387904, 4]", "is not possible") {
      safetensors(#"{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, zeros: 0)
    },
    BadModel("past-integers.safetensors", "fetch or convert it again") {
      safetensors(#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551620]}}"#, zeros: 4)
    },
    BadModel("hostile.pth", "asks for 'posix.system'", "refused") { try fixture("hostile.pth") },
    BadModel("hostile-legacy.pth", "asks for 'posix.system'", "refused") { try fixture("hostile_legacy.pth") },
    BadModel("nan.safetensors", "tensor 'outconv.bias' holds nan at element 0") {
      try EditedModel().withFirstElement(bits: 0x7E00)
    },
    BadModel("infinite.safetensors", "tensor 'outconv.bias' holds inf at element 0") {
      try EditedModel().withFirstElement(bits: 0x7C00)
    },
    BadModel("missing.safetensors", "tensor 'stage3.rebnconv2.conv_s1.bias' is missing", "shape [16]") {
      try EditedModel().replacing("stage3.rebnconv2.conv_s1.bias", with: "stage3.rebnconv2.conv_s1.b___")
    },
    BadModel("shape.safetensors", "tensor 'side2.weight' has shape [64, 1, 3, 3]", "needs [1, 64, 3, 3]") {
      try EditedModel().replacing(
        #""side2.weight":{"dtype":"F16","shape":[1,64,3,3]"#, with: #""side2.weight":{"dtype":"F16","shape":[64,1,3,3]"#
      )
    },
    BadModel("another.safetensors", "not named as U²-Net's") { try fixture("tiny_rsu4.safetensors") },
    BadModel("size.safetensors", "input_size = '000'", "from 1 to 8192") {
      try EditedModel().replacing(#""input_size":"224""#, with: #""input_size":"000""#)
    },
    BadModel("std.safetensors", "std = '0.000,0.224,0.225'", "three positive numbers") {
      try EditedModel().replacing("0.229,0.224,0.225", with: "0.000,0.224,0.225")
    },
    BadModel("grey.onnx", "it takes 2 channels") { try fixture("nodes/one_pixel.onnx") },
    BadModel("large.onnx", "100000×100000 pixels is not possible") { TinyONNX.bytes(outputs: ["y"], side: 100_000) },
    BadModel("colour.onnx", "map y has shape [1, 3, 32, 32]", "saliency needs one channel") {
      TinyONNX.bytes(outputs: ["y"], channels: 3)
    },
  ]

  @Test(arguments: rows, ["auto", "reference"]) func aBadModelIsTold(row: BadModel, device: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(row.bytes(), to: row.name)
    let isNamed = !["large.onnx", "colour.onnx"].contains(row.name)
    try sandbox.expectFailure(
      4, ["run", Sandbox.demo, "-o", "out.png", "--quiet", "--model", row.name, "--device", device],
      saysAll: row.says + (isNamed ? [row.name + ": "] : []))
  }

  @Test func aModelThatIsNotThereIsTold() throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("folder")
    let run = ["run", Sandbox.demo, "-o", "out.png", "--model"]
    try sandbox.expectFailure(4, run + ["missing.onnx"], says: "missing.onnx: there is no such file")
    try sandbox.expectFailure(4, run + ["no/missing"], says: "no/missing: there is no such file")
    try sandbox.expectFailure(4, run + ["folder"], says: "folder: is a directory")
    try sandbox.expectFailure(4, run + ["."], says: "is a directory")
    try sandbox.expectFailure(
      4, run + ["nonsense"], says: "'nonsense' is neither a file nor a published model", "u2netp")
    try sandbox.expectFailure(4, run + [""], says: "is neither a file nor a published model")
    try sandbox.expectFailure(4, ["bench", "--model", "nonsense"], says: "'nonsense' is neither")
    try sandbox.expectFailure(4, ["compare", Sandbox.demo, "--model", "nonsense"], says: "'nonsense' is neither")
  }

  /// A model by name: told how to get it where it is not installed, run where it is.
  @Test func aModelIsInstalled() throws {
    let sandbox = try Sandbox()
    let run = ["run", Sandbox.demo, "-o", "out.png", "--size", "32", "--model", "u2netp"]
    try sandbox.expectFailure(
      4, run, says: "'u2netp' is not installed: type 'u2cl models pull u2netp' (4.4 MiB)", "--model FILE")
    let home = ["HOME": sandbox.folder, "U2CL_MODELS": "", "U2NET_HOME": "", "XDG_DATA_HOME": ""]
    let path = try sandbox.expectSuccess(["models", "path"], environment: home)
    #expect(path.lines == ["\(sandbox.folder)/.local/share/u2cl/models"])
    try sandbox.makeFolder("u2netp")
    try sandbox.expectFailure(4, run, says: "'u2netp' is not installed")
    try sandbox.copy(Sandbox.builtInModel, to: "../models/u2netp.safetensors")
    #expect(try sandbox.expectSuccess(run).errors.contains("u2netp at 32×32 on "))
    try sandbox.expectSuccess(["bench", "--model", "u2netp", "--size", "32", "--runs", "1", "--min-time", "0"])
  }

  static func fixture(_ name: String) throws -> [UInt8] { try Sandbox.bytes(Sandbox.checkpoint(name)) }

  static func cut(_ name: String) throws -> [UInt8] {
    let bytes = try fixture(name)
    return Array(bytes.prefix(bytes.count * 2 / 3))
  }
}
