import ArgumentParser
import FileSelection
import Pipelines
import U2Net

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Find what stands out in pictures: masks, cut-outs, and what is made of them.",
    discussion: """
      Without -o, photo.jpg gives photo.mask.png beside it, or photo.cutout.png with --output cutout, and so on. The mask
      is 8-bit grey, of the picture's own size; a cut-out is RGBA with straight alpha. The name that -o gives says the
      format: .png, .jpg or .webp. A model that parses clothes gives a coloured label map instead of the mask, and a
      mask for each class beside it (photo.mask.upper.png); one that draws portraits gives the drawing.
      The paths written go to standard output, everything else to standard error.
      """)

  @OptionGroup var pictures: PictureOptions

  @Option(
    name: [.short, .customLong("to")], help: "The result's file, a folder for many, or - for standard output.")
  var output: String?

  @Option(help: "Also compute every map of the network, d0 … d6, and write them into this folder.")
  var sideMaps: String?

  @OptionGroup(title: "What is made") var result: OutputOptions

  @OptionGroup var model: ModelOptions

  @OptionGroup var device: DeviceOptions

  @Option(help: "So many pictures go through the network at once.")
  var batch = 1

  @Flag(help: "A report as JSON instead of the paths.")
  var json = false

  @Flag(name: .shortAndLong, help: "Nothing on standard error but failures and fallbacks.")
  var quiet = false

  func validate() throws {
    guard Benchmark.batchRange.contains(batch) else {
      throw ValidationError("A batch has from 1 to \(Benchmark.batchRange.upperBound) pictures")
    }
    if json && pictures.watch { throw ValidationError("A watch has no end, and so no report: leave out --json") }
  }

  func run() throws {
    let isSingle = pictures.namesPictures && pictures.inputs.count == 1
    let plan = try OutputPlan(
      output: output, options: result, background: model.input.background, sideMaps: sideMaps, json: json,
      isSingle: isSingle, makesFolder: !pictures.namesPictures)
    let teller = pictures.watch ? try follow(plan) : try mask(plan, isSingle: isSingle)
    if let failure = teller.firstFailure { throw ExitCode(failure.kind.rawValue) }
  }

  private func detection(for jobs: [PictureJob]) -> DetectionSetup {
    DetectionSetup(
      model: model, device: device, maps: sideMaps == nil ? .saliency : .all,
      need: sideMaps == nil ? result.need : .maps, batch: batch, isQuiet: quiet
    ) { [writesMaps = sideMaps != nil] (maps) throws(Failure) in
      if writesMaps { for job in jobs { _ = try job.sidePaths(of: maps) } }
    }
  }

  private func mask(_ plan: OutputPlan, isSingle: Bool) throws(Failure) -> RunReporter {
    var jobs = try plan.jobs(for: pictures.files(writingInto: plan.folder))
    let all = jobs.count
    if pictures.skipExisting { jobs.removeAll(where: \.isDone) }
    var teller = RunReporter(.init(json: json, isQuiet: quiet, namesEach: isSingle), total: jobs.count)
    let stop = StopSignal()
    // Who waits for standard input is not kept from ending.
    let interruption = jobs.contains { $0.input.path == "-" } ? nil : SignalHandler(stop)
    let detection = detection(for: jobs)
    // Two batches at a time: while one is computed the other is copied.
    MaskRun(detection: detection, batch: isSingle ? batch : max(1, min(2 * batch, all))).run(jobs, stop: stop, &teller)
    interruption?.end()
    teller.end(skipped: all - jobs.count, interruption: interruption?.name)
    interruption?.endProcess()
    if json, let report = RunReport(teller, on: detection.loaded) { try Console.json(report) }
    return teller
  }

  /// A signal is the way to end this, so that it is no failure.
  private func follow(_ plan: OutputPlan) throws(Failure) -> RunReporter {
    var teller = RunReporter(.init(json: false, isQuiet: quiet, namesEach: false), total: nil)
    let stop = StopSignal()
    let interruption = SignalHandler(stop)
    let (shard, skips) = (pictures.shard, pictures.skipExisting)
    let source = WatchSource(try pictures.watchedFolder(writingInto: plan.folder), stop: stop) {
      (file) throws(Failure) in
      guard shard?.contains(file) ?? true else { return nil }
      let job = try plan.job(for: file)
      return skips && job.isDone ? nil : job
    }
    if !quiet { Console.error("watching \(pictures.inputs[0]); SIGINT or SIGTERM ends it") }
    MaskRun(detection: detection(for: []), batch: batch).run({ source.next() }, stop: stop, &teller)
    interruption.end()
    teller.end(skipped: 0, interruption: interruption.name)
    if let failure = source.failure { throw failure }
    return teller
  }
}
