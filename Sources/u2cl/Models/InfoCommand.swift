import ArgumentParser
import Files
import Models
import U2Net

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Describe a model: architecture, size, how its pictures are prepared, and checksum.")

  @Argument(
    help: """
      Model: a name from 'u2cl models list', or a file (.onnx, .pth, .safetensors). The built-in model by default.
      """)
  var model: FilePath?

  @Flag(help: "Write the report as JSON, with the metadata of the file.")
  var json = false

  func run() throws {
    let model = if let model { try Model(model) } else { try Model.builtIn() }
    let report = try ModelReport(model)
    if json { try Console.json(report) } else { try Console.write(report.table) }
  }
}

extension ModelReport {
  /// The table for people.
  fileprivate var table: String {
    let classes = task == .parsing ? " (\(self.classes.joined(separator: ", ")))" : ""
    return Format.table([
      ["model", name.printable()],
      ["file", "\(file.printable()), \(format), \(bytes.formattedSize)"],
      ["architecture", architectureText],
      ["parameters", "\(Format.grouped(parameters)), \(storageText)"],
      ["work", Format.gigaMACs(multiplyAccumulates)],
      ["input", "\(width)×\(height)"],
      ["outputs", outputText],
      ["normalization", normalizationText],
      ["task", "\(task)\(classes.printable())"],
      ["sha256", sha256],
    ])
  }

  private var architectureText: String {
    let norm = batchNorm ? "batch norm apart" : "batch norm folded"
    let known = architecture ?? "none of the known ones"
    return isGraph ? "\(known), \(norm), run node by node" : "\(known), \(norm)"
  }

  private var storageText: String {
    let types = storage.filter { $0.key.hasPrefix("F") || $0.key.hasPrefix("BF") }
    return "stored as " + types.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key).joined(separator: ", ")
  }

  private var outputText: String {
    let names = outputs.map { $0.name.printable() }.joined(separator: " ")
    guard let first = outputs.first else { return "none" }
    let form = first.areProbabilities ? "probabilities" : "logits"
    return "\(names): \(first.shape[1]) channel\(first.shape[1] == 1 ? "" : "s") of \(form)"
  }

  private var normalizationText: String {
    func list(_ numbers: [Float]) -> String { numbers.map { "\($0)" }.joined(separator: " ") }
    let divisor = divideBy == "max" ? "the picture's maximum" : divideBy
    return "(x / \(divisor) − mean) / std, mean \(list(mean)), std \(list(std))"
  }
}
