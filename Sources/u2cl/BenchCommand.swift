import ArgumentParser
import U2Net

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast a model is on a device.")

  @Option(help: "small or full (U²-Net† or U²-Net, seeded weights), a model's name, or its file.")
  var model = "small"

  @OptionGroup var device: DeviceOptions

  @Option(help: "The side of the input in pixels; the model's own unless told.")
  var size: Int?

  @Option(help: "Pictures in one run.")
  var batch = 1

  @Option(help: "Runs before the clock counts.")
  var warmup = 3

  @Option(help: "The least number of runs that count.")
  var runs = 20

  @Option(help: "The least time that the counted runs take, in seconds.")
  var minTime = 1.0

  @Flag(help: "Also time every launch of a run, by the device's clock.")
  var perLayer = false

  @Flag(help: "As JSON, with every sample.")
  var json = false

  func run() throws {
    let keeping = Keeping()
    var benchmark = Benchmark(model: try loadedModel(), device: device.request)
    benchmark.strict = device.strict
    benchmark.cache = keeping.cache
    benchmark.size = size
    benchmark.batch = batch
    benchmark.warmup = warmup
    benchmark.runs = runs
    benchmark.minimumSeconds = minTime
    benchmark.perLayer = perLayer
    let report = try benchmark.run()
    if let fallback = report.device.fallback { Console.error(fallback) }
    keeping.warn(of: [(report.device.platform, report.device.fallback)])
    if json { try Console.json(report) } else { try Console.write(report.table) }
  }

  private func loadedModel() throws(Failure) -> Model {
    switch model {
    case "small": try .seeded(full: false)
    case "full": try .seeded(full: true)
    default: try Model(model)
    }
  }
}

extension BenchmarkReport {
  /// What people read.
  var table: String {
    let platform = device.platform.map { ", \($0)" } ?? ""
    let work = Format.fixed(Double(multiplyAccumulates) * 1e-9, 2)
    var rows = [
      ["model", "\(model), \(width)×\(height), batch \(batch), \(work) GMAC"],
      ["device", "\(device.name) [\(device.kind)\(platform)]"],
      ["compile", Format.milliseconds(compileSeconds)],
      ["first run", Format.milliseconds(firstRunSeconds)],
      [
        "run",
        "median \(Format.milliseconds(run.median)), min \(Format.milliseconds(run.min)), "
          + "p90 \(Format.milliseconds(run.p90)), max \(Format.milliseconds(run.max)) (\(samples.count) runs)",
      ],
      [
        "speed",
        "\(Format.fixed(imagesPerSecond, 2)) images/s, \(Format.fixed(gigaMACsPerSecond, 1)) GMAC/s",
      ],
    ]
    if let memory {
      rows.append([
        "memory",
        "\(memory.activations >> 20) MiB activations (\(memory.activationsUnshared >> 20) unshared), "
          + "\(memory.parameters >> 20) MiB weights",
      ])
    }
    return ([Format.table(rows)] + (layers.map { [Self.table(of: $0)] } ?? [])).joined(separator: "\n\n")
  }

  private static func table(of layers: [LayerReport]) -> String {
    let total = layers.reduce(0) { $0 + $1.seconds }
    let rows = layers.map { layer in
      [
        layer.block, layer.layer, layer.kernel, Format.fixed(layer.seconds * 1000, 3),
        Format.fixed(layer.seconds / total * 100, 1),
        layer.multiplyAccumulates == 0
          ? "" : Format.fixed(Double(layer.multiplyAccumulates) / layer.seconds * 1e-9, 1),
      ]
    }
    return Format.table([["block", "layer", "kernel", "ms", "%", "GMAC/s"]] + rows)
  }
}
