import ArgumentParser
import Benchmarking
import Caches
import Models
import U2Net

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast a model is on a device.",
    discussion: """
      A run turns pictures of 640×480 into masks of that size as 'u2cl run' does, without decoding and encoding: pre \
      (resize and normalize), upload, compute, download, post (normalize and resize). Enqueue is the part of compute \
      in which the host enqueues launches. The row "run" is upload, compute and download; "wall" is everything. The \
      clock stops only when the device has finished, and warm-up runs are not counted.

      A convolution counts as the multiply-accumulates of its direct sum, however it is computed, so Winograd's method \
      may exceed the measured peak.
      """)

  @OptionGroup(title: "Model") var model: MeasuredModelOptions

  @Option(help: ArgumentHelp("Batch size, 1 to 4096. 1 by default.", valueName: "n"))
  var batch: Int?

  @Flag(help: "Compute every map, d0 to d6, and not d0 alone.")
  var allMaps = false

  @OptionGroup(title: "Device") var device: DeviceOptions

  @Option(help: ArgumentHelp("Number of warm-up runs. 10 by default; 2 with --scaling.", valueName: "n"))
  var warmup: Int?

  @Option(help: ArgumentHelp("Minimum number of counted runs. 50 by default; 7 with --scaling.", valueName: "n"))
  var runs: Int?

  @Option(
    help: ArgumentHelp("Minimum time of the counted runs. 3 by default; 1 with --scaling.", valueName: "seconds"))
  var minTime: Double?

  @Option(
    help: ArgumentHelp("Maximum time of the warm-up runs, and of the counted runs.", valueName: "seconds"))
  var maxTime: Number = 60.0

  @Flag(inversion: .prefixedNo, help: "Measure the device's peak rate of multiply-accumulates, too.")
  var peak = true

  @Flag(help: "Time every launch of a run by the device's clock, too. CSV has these times alone.")
  var perLayer = false

  @Option(
    help: ArgumentHelp(
      "Write the trace of a run into this file, too: JSON for ui.perfetto.dev or chrome://tracing.", valueName: "file"))
  var trace: FilePath?

  @Option(
    name: .customLong("without"),
    help: ArgumentHelp(
      "Leave out a pass of the plan, to see what it gains. --explain lists the names. May be repeated.",
      valueName: "pass"))
  var withoutPasses: [String] = []

  @Flag(help: "Measure how the time grows with the size of the input and with the batch size instead.")
  var scaling = false

  @Flag(
    help: "Measure nothing: list what each pass of the plan does, and the steps that remain. CSV has the steps alone.")
  var explain = false

  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp("Format of the report; table by default.", valueName: "format"))
  var output: OutputFormat?

  @Flag(help: "Write the report as JSON; the same as -o json.")
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
    if trace == "-" { throw ValidationError("The trace needs a file, because standard output takes the report") }
  }

  func run() throws {
    if let trace { try OutputPlan.checkFolder(of: trace) }
    let caches = PersistentCaches()
    let benchmark = try benchmark(caches.cache)
    let format = json ? .json : output ?? .table
    if explain {
      let report = try benchmark.explain()
      announce(report.device, caches)
      return try Console.write(report, as: format)
    }
    if scaling {
      var scaling = Scaling(benchmark)
      scaling.benchmark.bounds.take(runs: runs, warmup: warmup, minimumSeconds: minTime)
      let report = try scaling.run()
      announce(report.device, caches)
      return try Console.write(report, as: format)
    }
    let outcome = try benchmark.run()
    announce(outcome.report.device, caches)
    for note in outcome.report.notes { Console.error(note) }
    if outcome.report.samples.count < benchmark.bounds.runs {
      Console.error(
        "stopped after \(maxTime.value) s with \(outcome.report.samples.count) of \(benchmark.bounds.runs) runs; "
          + "--max-time gives more")
    }
    if let trace, let moments = outcome.trace { try Console.save(moments, toFileAt: trace) }
    try Console.write(outcome.report, as: format)
  }

  /// The benchmark that was requested.
  private func benchmark(_ cache: Cache) throws(Failure) -> Benchmark {
    var benchmark = try Benchmark(device: device.request) { () throws(Failure) in try model.loaded() }
    benchmark.strict = device.strict
    benchmark.precision = device.precision
    benchmark.cache = cache
    benchmark.usesTunings = !device.noTune
    benchmark.withoutPasses = withoutPasses
    benchmark.size = model.size
    benchmark.batch = batch ?? benchmark.batch
    benchmark.maps = allMaps ? .all : .saliency
    benchmark.bounds.maximumSeconds = maxTime.value
    benchmark.bounds.take(runs: runs, warmup: warmup, minimumSeconds: minTime)
    benchmark.perLayer = perLayer
    benchmark.traces = trace != nil
    benchmark.measuresPeak = peak
    return benchmark
  }

  private func announce(_ device: DeviceReport, _ caches: PersistentCaches) {
    if let fallback = device.fallback { Console.error(fallback) }
    caches.warn(of: [(device.platform, device.fallback)])
  }
}

extension RunBounds {
  /// Takes numbers where they were given. A minimum time that was not given is not greater than the maximum.
  fileprivate mutating func take(runs: Int?, warmup: Int?, minimumSeconds: Double?) {
    self.runs = runs ?? self.runs
    self.warmup = warmup ?? self.warmup
    self.minimumSeconds = minimumSeconds ?? min(self.minimumSeconds, maximumSeconds)
  }
}
