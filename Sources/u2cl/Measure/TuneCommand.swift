import ArgumentParser
import U2Net

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune", abstract: "Find the fastest way to compute a model on a device, and keep it.",
    discussion: """
      Tries several kernels for each convolution, checks what each computes, and keeps the times in the cache ('u2cl \
      cache info'); every command uses the fastest from then on, unless --no-tune says otherwise. It is not needed: \
      the defaults are good. What was tried is not tried again; a tuning that was ended goes on where it was.
      """)

  @Option(help: "small or full (U²-Net† or U²-Net), a model's name, or its file.")
  var model = "small"

  @OptionGroup var store: StoreOptions

  @OptionGroup var device: DeviceOptions

  @Option(help: "The side of the input in pixels; the model's own unless told.")
  var size: Int?

  @Option(help: "Pictures in one run.")
  var batch = 1

  @Option(help: "After so many seconds nothing more is tried.")
  var budget = 60.0

  @Flag(name: .shortAndLong, help: "Say nothing of the progress.")
  var quiet = false

  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    guard !device.noTune else { throw ValidationError("--no-tune has no meaning for tune") }
  }

  func run() throws {
    let caches = PersistentCaches()
    var tuning = Tuning(try store.modelToMeasure(model), device: device.request, cache: caches.cache)
    tuning.strict = device.strict
    tuning.precision = device.precision
    tuning.size = size
    tuning.batch = batch
    tuning.seconds = budget
    var display: ProgressDisplay?
    let report = try tuning.run { done, all in
      display = display ?? ProgressDisplay(total: all, isQuiet: quiet)
      display?.show(done: done, resumed: 0)
    }
    display?.end()
    if let fallback = report.device.fallback { Console.error(fallback) }
    caches.warn(of: [(report.device.platform, report.device.fallback)])
    if report.timeIsUp { Console.error("the time was up before everything was tried; tune again to go on") }
    if json { try Console.json(report) } else { try Console.write(report.table) }
  }
}

extension TuningReport {
  /// What people read.
  fileprivate var table: String {
    let platform = device.platform.map { ", \($0)" } ?? ""
    let tried = rows.reduce(0) { $0 + $1.tried }
    let known = rows.reduce(0) { $0 + $1.known }
    let failed = rows.reduce(0) { $0 + $1.failed }
    let head = [
      ["model", "\(model), \(width)×\(height), batch \(batch)"],
      ["device", "\(device.name) [\(device.kind)\(platform)]\(precision == .float16 ? ", half precision" : "")"],
      ["tried", "\(tried) kernels in \(Format.fixed(seconds, 1)) s, \(known) known before, \(failed) failed"],
      [
        "network",
        "\(Format.milliseconds(standard.median)) with the defaults, \(Format.milliseconds(tuned.median)) tuned "
          + "(\(Format.fixed(tuned.median / standard.median, 2)) of it; medians, in turn)",
      ],
    ]
    let findings = rows.map { row in
      [
        row.convolution, "\(row.steps)", row.standard,
        row.standardSeconds.map { Format.fixed($0 * 1000, 3) } ?? "–", row.fastest ?? "–",
        row.fastestRatio.map { "\(Format.fixed($0, 2))×" } ?? "–",
      ]
    }
    return Format.table(head) + "\n\n"
      + Format.table([["convolution", "steps", "default", "ms", "fastest", "time"]] + findings)
  }
}
