import ArgumentParser
import Files
import Models
import U2Net

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a model as safetensors, with the official names of its tensors.",
    usage: "u2cl models convert <input> <output> [<options>]",
    discussion: """
      Reads .onnx, .pth and .safetensors. An ONNX file is recognized by what it computes, whatever its tensors are \
      called. A file that computes neither U²-Net nor IS-Net is refused, because its tensors have no official names. \
      The metadata of the written file says how pictures are prepared; --size, --mean, --std, --divide-by and --task \
      correct it.
      """)

  @Argument(help: "Model: a name from 'u2cl models list', or a file.")
  var input: FilePath

  @Argument(help: "File to write, ending in .safetensors.")
  var output: FilePath

  @Flag(help: "Store weights as float16, which halves the size of the file.")
  var half = false

  @Flag(help: "Fold batch norms into the preceding convolutions.")
  var foldBn = false

  @Option(
    help: ArgumentHelp(
      "Side of the network's square input, 1 to 8192 pixels. The model's own size by default.", valueName: "pixels"))
  var size: Int?

  @OptionGroup var profile: ProfileOptions

  @Flag(help: "Write a report as JSON instead of the path.")
  var json = false

  func run() throws {
    guard output.lowercasedASCII.hasSuffix(".safetensors") else {
      throw Failure(.usage, "\(output): models are written as safetensors; end the name in .safetensors")
    }
    try OutputPlan.checkFolder(of: output)
    var model = try Model(input)
    try profile.adapt(&model.profile)
    if let size { model.profile.inputSize = try Model.square(size) }
    guard input.resolved != output.resolved else {
      throw Failure(.usage, "\(output) is the model that is read; name another file")
    }
    var conversion = ModelConversion()
    conversion.half = half
    conversion.foldsBatchNorm = foldBn
    let report = try conversion.run(model, to: output)
    if json { try Console.json(report) } else { try Console.write(output) }
  }
}
