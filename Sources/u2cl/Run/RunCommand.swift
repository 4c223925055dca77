import ArgumentParser
import FileSelection
import Models
import Pipelines
import StageTiming
import U2Net

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Find what stands out in pictures: masks, cut-outs and other compositions.",
    discussion: """
      By default, photo.jpg becomes photo.mask.png beside it, or photo.cutout.png with --output cutout, and so on. A \
      mask is an 8-bit grey picture of the same size; a cut-out is RGBA with straight alpha. With -o, the name of the \
      file decides its format: .png, .jpg, .webp, .tif or .avif.

      A model that parses clothes writes a coloured label map instead of the mask, and a mask for each class beside it \
      (photo.mask.upper.png). A model for portraits writes a drawing.

      The paths of the results are written to standard output, and everything else to standard error.
      """)

  @OptionGroup(title: "Pictures") var pictures: PictureOptions

  @OptionGroup(title: "Result") var result: OutputOptions

  @OptionGroup(title: "Model") var model: ModelOptions

  @OptionGroup(title: "Device") var device: DeviceOptions

  @Option(help: ArgumentHelp("Batch size: pictures that the network computes at once, 1 to 4096.", valueName: "n"))
  var batch = 1

  @Flag(help: "Write a report as JSON instead of the paths.")
  var json = false

  @Option(
    help: ArgumentHelp(
      """
      Append a line of JSON for each picture to this file: path, SHA-256, status, time, model, version, result. With \
      --skip-existing, pictures are skipped only if they have their line, too.
      """, valueName: "file"))
  var manifest: FilePath?

  @OptionGroup var timing: TimingOptions

  @Flag(name: .shortAndLong, help: "Write only failures and fallbacks to standard error.")
  var quiet = false

  func validate() throws {
    try BatchSize.check(batch)
    if json && pictures.watch { throw ValidationError("--watch has no end, and so no report; leave out --json") }
  }

  func run() throws {
    let isSingle = pictures.namesPictures && pictures.inputs.count == 1
    timing.begin(always: json)
    let plan = try OutputPlan(
      result, background: model.input.background, json: json, isSingle: isSingle,
      makesFolder: !pictures.namesPictures)
    let reporter = pictures.watch ? try watch(plan) : try process(plan, isSingle: isSingle)
    if let failure = reporter.firstFailure { throw ExitCode(failure.kind.exitCode) }
  }

  /// - Parameters:
  ///   - jobs: those whose maps are checked before anything is computed.
  ///   - isOne: whether there is one picture alone.
  private func detection(checking jobs: [PictureJob] = [], isOne: Bool = false) -> DetectionSetup {
    DetectionSetup(
      model: model, device: device, maps: result.sideMaps == nil ? .saliency : .all,
      output: result.needed, normalization: result.mask.normalization, batch: batch, isQuiet: quiet,
      answersMeanwhile: isOne
    ) { [writesMaps = result.sideMaps != nil] (maps) throws(Failure) in
      guard writesMaps else { return }
      for job in jobs {
        do throws(Failure) { _ = try job.sidePaths(of: maps) } catch { throw Failure(.usage, error.description) }
      }
    }
  }

  /// Processes a known list of pictures.
  private func process(_ plan: OutputPlan, isSingle: Bool) throws(Failure) -> RunReporter {
    var selection = try pictures.selection(plan, keepsLeftOut: json)
    var jobs = try plan.jobs(for: &selection) { pictures.shard?.contains($0) ?? true }
    let all = jobs.count
    var skipped: [PictureJob] = []
    let manifest = try openManifest()
    if pictures.skipExisting {
      let isDone = { (job: PictureJob) in job.isDone && manifest?.isDone(job) ?? true }
      if json { skipped = jobs.filter(isDone) }
      jobs.removeAll(where: isDone)
    }
    // Where nothing can be done, the failures say all there is to say.
    let isRefused = !jobs.isEmpty && jobs.allSatisfy { $0.refusal != nil }
    var reporter = RunReporter(
      .init(
        json: json, isQuiet: quiet, namesEach: isSingle || isRefused && jobs.count == all, masks: result.mask),
      total: jobs.count)
    let stop = StopSignal()
    // Reading standard input must stay interruptible.
    let signals = jobs.contains { $0.input.path == "-" } ? nil : SignalHandler(stop)
    let detection = detection(checking: isSingle ? jobs : [], isOne: jobs.count == 1)
    reporter.manifest = manifest
    manifest?.model = { detection.loaded.first?.model }
    // Two batches at a time: one is copied while the other is computed.
    MaskRun(
      detection: detection, batch: isSingle ? batch : max(1, min(2 * batch, all)), pixelLimit: pictures.maxPixels,
      audits: manifest != nil
    )
    .run(jobs, stop: stop, &reporter)
    signals?.end()
    // Where no picture was found, the failure has counted everything else.
    let rest = isRefused && selection.pictures.isEmpty ? nil : selection.leftOut
    reporter.end(
      skipped: all - jobs.count, leftOut: rest?.summary(isRecursive: pictures.recursive), interruption: signals?.name)
    timing.report(of: "picture", count: reporter.done)
    signals?.endProcess()
    if json {
      try Console.json(RunReport(reporter, on: detection.loaded, skipped: skipped, leftOut: selection.leftOut.files))
    }
    return reporter
  }

  private func openManifest() throws(Failure) -> RunManifest? {
    guard let path = manifest else { return nil }
    return try RunManifest(path)
  }

  /// Processes the pictures that arrive in a folder. A signal is the normal end, and so not a failure.
  private func watch(_ plan: OutputPlan) throws(Failure) -> RunReporter {
    var reporter = RunReporter(.init(json: false, isQuiet: quiet, namesEach: false, masks: result.mask), total: nil)
    let stop = StopSignal()
    let signals = SignalHandler(stop)
    let (shard, skips) = (pictures.shard, pictures.skipExisting)
    let claims = Monitor(ResultClaims())
    let folder = try pictures.watchedFolder(plan)
    let manifest = try openManifest()
    let done = manifest?.done
    if !quiet {
      let looks =
        folder.reasonToPoll.map { "looking every \(FolderWatch.usualInterval.components.seconds) seconds, as \($0); " }
        ?? ""
      Console.error("watching \(pictures.inputs[0]); \(looks)SIGINT or SIGTERM ends it")
    }
    let source = WatchSource(folder, stop: stop) { file in
      guard shard?.contains(file) ?? true,
        let job = claims.update({ claims in try? plan.job(for: file, &claims) })
      else { return nil }
      return skips && job.isDone && done?.contains(job.input.path.string) ?? true ? nil : job
    }
    let detection = detection()
    reporter.manifest = manifest
    manifest?.model = { detection.loaded.first?.model }
    MaskRun(detection: detection, batch: batch, pixelLimit: pictures.maxPixels, audits: manifest != nil).run(
      { source.next() }, stop: stop, &reporter)
    signals.end()
    reporter.end(
      skipped: 0, leftOut: source.leftOut.summary(isRecursive: pictures.recursive), interruption: signals.name)
    timing.report(of: "picture", count: reporter.done)
    if let failure = source.failure { throw failure }
    return reporter
  }
}

/// The batch size that several commands take.
enum BatchSize {
  /// - Throws: `ValidationError` if a batch size is not accepted.
  static func check(_ batch: Int) throws(ValidationError) {
    do throws(Failure) { try SaliencyDetector.check(batch: batch) } catch {
      throw ValidationError(error.description)
    }
  }
}
