import ArgumentParser
import U2Net

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a model as safetensors, under the official names.",
    discussion: """
      Reads .onnx, .pth and .safetensors. An ONNX file is recognised by what it computes, whatever its tensors are \
      called; one that computes neither U²-Net nor IS-Net is refused, because its tensors have no official names. The \
      file's metadata says what pictures must go through; --size, --mean, --std, --divide-by and --task correct it.
      """)

  @Argument(help: "A model's name or its file.")
  var input: String

  @Argument(help: "The file to write, ending in .safetensors.")
  var output: String

  @Flag(help: "Store weights as float16: half the file.")
  var half = false

  @Flag(help: "Fold batch norms into the convolutions before them.")
  var foldBn = false

  @Option(help: "The side of the network's input in pixels; the model's own unless told.")
  var size: Int?

  @OptionGroup var profile: ProfileOptions

  @Flag(help: "A report as JSON instead of the path.")
  var json = false

  func run() throws {
    guard output.lowercased().hasSuffix(".safetensors") else {
      throw Failure(.usage, "\(output): models are written as safetensors; end the name in .safetensors")
    }
    try OutputPlan.checkFolder(of: output)
    var model = try Model(input)
    try profile.adapt(&model.profile)
    if let size { model.profile.inputSize = try Model.square(size) }
    guard OutputPlan.resolved(input) != OutputPlan.resolved(output) else {
      throw Failure(.usage, "\(output) is the model that is read; name another file")
    }
    var conversion = ModelConversion()
    conversion.half = half
    conversion.foldsBatchNorm = foldBn
    let report = try conversion.run(model, to: output)
    if json { try Console.json(report) } else { try Console.write(report.file) }
  }
}
