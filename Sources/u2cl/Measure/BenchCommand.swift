import ArgumentParser
import U2Net

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast a model is on a device.",
    discussion: """
      A run takes pictures of 640×480 to masks of that size as 'u2cl run' does, without decoding and encoding: pre \
      (resize and normalise), upload, compute, download, post (stretch and resize). Enqueue is the part of compute in \
      which the host hands out launches. The row run is upload, compute and download; wall is everything. The device is \
      waited for before every stop of the clock, and warm-up runs are never averaged in. A convolution counts as its \
      direct sum's multiply-accumulates, however it is computed: Winograd's method may exceed the measured peak.
      """)

  @Option(help: "small or full (U²-Net† or U²-Net, seeded weights), a model's name, or its file.")
  var model = "small"

  @OptionGroup var store: StoreOptions

  @OptionGroup var device: DeviceOptions

  @Option(help: "The side of the input in pixels; the model's own unless told.")
  var size: Int?

  @Option(help: "Pictures in one run; 1 unless told.")
  var batch: Int?

  @Flag(help: "Compute every map, d0 … d6, as 'run --side-maps' does; otherwise d0 alone, as 'run' does.")
  var allMaps = false

  @Option(help: "Runs before the clock counts; 10 unless told (--scaling: 2).")
  var warmup: Int?

  @Option(help: "The least number of runs that count; 50 unless told (--scaling: 7).")
  var runs: Int?

  @Option(help: "The least time that the counted runs take, in seconds; 3 unless told (--scaling: 1).")
  var minTime: Double?

  @Option(help: "After so many seconds neither warm-up nor counted runs go on.")
  var maxTime = 60.0

  @Flag(inversion: .prefixedNo, help: "Measure the device's peak of multiply-accumulates too.")
  var peak = true

  @Flag(help: "Also time every launch of a run, by the device's clock (csv: this alone).")
  var perLayer = false

  @Option(help: "Also write one run, moment by moment, into this file: JSON for ui.perfetto.dev or chrome://tracing.")
  var trace: String?

  @Option(
    name: .customLong("without"),
    help: "Leave out a pass of the plan, by the name that --explain tells, to see what it gains; may be repeated.")
  var withoutPasses: [String] = []

  @Flag(help: "Measure how the time grows with the input's size and with the batch, instead.")
  var scaling = false

  @Flag(
    help: "Measure nothing: say what each pass of the plan does, and list the steps that are left (csv: these alone).")
  var explain = false

  @Option(
    name: [.short, .customLong("output")], help: "\(OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
  var output: OutputFormat?

  @Flag(help: "The same as -o json.")
  var json = false

  func validate() throws {
    if json, let output, output != .json {
      throw ValidationError("--json and -o \(output.rawValue) exclude each other")
    }
    if scaling && explain { throw ValidationError("--scaling and --explain exclude each other") }
    if (scaling || explain) && (perLayer || trace != nil) {
      throw ValidationError("--per-layer and --trace go with a plain measurement, not with --scaling or --explain")
    }
    if scaling && batch != nil { throw ValidationError("--scaling measures batches of its own; leave out --batch") }
    if trace == "-" { throw ValidationError("The trace needs a file: standard output takes the report") }
  }

  func run() throws {
    if let trace { try OutputPlan.checkFolder(of: trace) }
    let caches = PersistentCaches()
    let benchmark = try benchmark(caches.cache)
    let format = json ? .json : output ?? .table
    if explain {
      let report = try benchmark.explain()
      tell(report.device, caches)
      return try Console.write(report, as: format)
    }
    if scaling {
      let report = try Scaling(benchmark).with(runs: runs, warmup: warmup, minimumSeconds: minTime).run()
      tell(report.device, caches)
      return try Console.write(report, as: format)
    }
    let outcome = try benchmark.run()
    tell(outcome.report.device, caches)
    for note in outcome.report.notes { Console.error(note) }
    if outcome.report.samples.count < benchmark.runs {
      Console.error(
        "stopped after \(maxTime) s with \(outcome.report.samples.count) of \(benchmark.runs) runs; "
          + "--max-time gives more")
    }
    if let trace, let moments = outcome.trace { try Console.save(moments, toFileAt: trace) }
    try Console.write(outcome.report, as: format)
  }

  /// What was asked for.
  private func benchmark(_ cache: Cache) throws(Failure) -> Benchmark {
    var benchmark = try Benchmark(device: device.request) { () throws(Failure) in try store.modelToMeasure(model) }
    benchmark.strict = device.strict
    benchmark.precision = device.precision
    benchmark.cache = cache
    benchmark.usesTunings = !device.noTune
    benchmark.withoutPasses = withoutPasses
    benchmark.size = size
    benchmark.batch = batch ?? benchmark.batch
    benchmark.maps = allMaps ? .all : .saliency
    benchmark.warmup = warmup ?? benchmark.warmup
    benchmark.runs = runs ?? benchmark.runs
    benchmark.minimumSeconds = minTime ?? min(benchmark.minimumSeconds, maxTime)
    benchmark.maximumSeconds = maxTime
    benchmark.perLayer = perLayer
    benchmark.traces = trace != nil
    benchmark.measuresPeak = peak
    return benchmark
  }

  private func tell(_ device: DeviceReport, _ caches: PersistentCaches) {
    if let fallback = device.fallback { Console.error(fallback) }
    caches.warn(of: [(device.platform, device.fallback)])
  }
}

extension Scaling {
  /// The same with other numbers where they were given.
  fileprivate func with(runs: Int?, warmup: Int?, minimumSeconds: Double?) -> Scaling {
    var scaling = self
    scaling.benchmark.runs = runs ?? benchmark.runs
    scaling.benchmark.warmup = warmup ?? benchmark.warmup
    scaling.benchmark.minimumSeconds = minimumSeconds ?? min(benchmark.minimumSeconds, benchmark.maximumSeconds)
    return scaling
  }
}

extension StoreOptions {
  /// What a command that measures takes: `small`, `full`, a model's name, or its file.
  func modelToMeasure(_ name: String) throws(Failure) -> Model {
    switch name {
    case "small": try .seeded(full: false)
    case "full": try .seeded(full: true)
    default: try model(name)
    }
  }
}
