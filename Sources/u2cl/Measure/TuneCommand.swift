import ArgumentParser
import Benchmarking
import Models
import U2Net

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune", abstract: "Find the fastest kernels for a model on a device, and keep the result.",
    usage: "u2cl tune [<options>]",
    discussion: """
      Measures several kernels for each convolution, checks what each computes, and keeps the times in the cache \
      ('u2cl cache info'). From then on every command uses the fastest kernels, unless --no-tune is given. Tuning is \
      optional: the default kernels are good. An interrupted tuning continues where it stopped.
      """)

  @OptionGroup(title: "Model") var model: MeasuredModelOptions

  @Option(help: ArgumentHelp("Batch size, 1 to 4096.", valueName: "n"))
  var batch = 1

  @OptionGroup(title: "Device") var device: DeviceOptions

  @Option(help: ArgumentHelp("Time after which no further kernel is tried.", valueName: "seconds"))
  var budget: Number = 60.0

  @Flag(name: .shortAndLong, help: "Do not show the progress.")
  var quiet = false

  @Flag(help: "Write the report as JSON.")
  var json = false

  func validate() throws {
    guard !device.noTune else { throw ValidationError("--no-tune has no meaning for tune") }
  }

  func run() throws {
    let caches = PersistentCaches()
    var tuning = Tuning(try model.loaded(), device: device.request, cache: caches.cache)
    tuning.strict = device.strict
    tuning.precision = device.precision
    tuning.size = model.size
    tuning.batch = batch
    tuning.seconds = budget.value
    var display: ProgressDisplay?
    let report = try tuning.run { done, all in
      display = display ?? ProgressDisplay(total: all, isQuiet: quiet)
      display?.show(done: done, resumed: 0)
    }
    display?.end()
    if let fallback = report.device.fallback { Console.error(fallback) }
    caches.warn(of: [(report.device.platform, report.device.fallback)])
    if report.timeIsUp {
      Console.error("the time was up before every kernel was tried; run 'u2cl tune' again to continue")
    }
    if json { try Console.json(report) } else { try Console.write(report.table) }
  }
}

extension TuningReport {
  /// The table for people.
  fileprivate var table: String {
    let platform = device.platform.map { ", \($0)" } ?? ""
    let tried = rows.reduce(0) { $0 + $1.tried }
    let known = rows.reduce(0) { $0 + $1.known }
    let failed = rows.reduce(0) { $0 + $1.failed }
    let head = [
      ["model", "\(model), \(width)×\(height), batch \(batch)"],
      [
        "device",
        "\(device.name) [\(device.kind.rawValue)\(platform)]\(precision == .float16 ? ", half precision" : "")",
      ],
      ["tried", "\(tried) kernels in \(Format.fixed(seconds, 1)) s, \(known) known before, \(failed) failed"],
      [
        "network",
        "\(Format.milliseconds(baseline.median)) with the defaults, \(Format.milliseconds(tuned.median)) tuned "
          + "(\(Format.fixed(tuned.median / baseline.median, 2)) of it; medians, in turn)",
      ],
    ]
    let results = rows.map { row in
      [
        row.convolution, "\(row.steps)", row.baseline,
        row.baselineSeconds.map { Format.fixed($0 * 1000, 3) } ?? "–", row.fastest ?? "–",
        row.fastestRatio.map { "\(Format.fixed($0, 2))×" } ?? "–",
      ]
    }
    return Format.table(head) + "\n\n"
      + Format.table([["convolution", "steps", "default", "ms", "fastest", "time"]] + results)
  }
}
