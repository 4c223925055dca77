import Models
import Pipelines
import U2Net

/// Reports the result of each picture, and a summary at the end.
struct RunReporter {
  /// What is reported.
  struct Style {
    var json: Bool
    var isQuiet: Bool
    /// Whether each picture is named; otherwise the progress is shown.
    var namesEach: Bool
    /// How masks are made of maps.
    var masks: MaskOptions
  }

  /// Where each picture has a line; nil if nobody asked for that.
  var manifest: RunManifest?
  private let style: Style
  private let total: Int?
  private var progress: ProgressDisplay
  private(set) var done = 0
  private(set) var failed = 0
  /// The number of pictures in which nothing stands out.
  private var empty = 0
  /// The failure that decides the exit code.
  private(set) var firstFailure: Failure?
  /// The failure that ended the run; reported once.
  private var fatal: Failure?
  /// The entries of the JSON report; empty otherwise, because there may be many pictures.
  private(set) var entries: [RunReport.Entry] = []
  private(set) var failures: [RunReport.Failed] = []

  /// - Parameters:
  ///   - style: what is reported.
  ///   - total: the number of pictures; nil if it is not known.
  init(_ style: Style, total: Int?) {
    self.style = style
    self.total = total
    progress = ProgressDisplay(total: total, isQuiet: style.isQuiet || style.namesEach)
  }

  /// Reports the result of a picture.
  ///
  /// - Parameters:
  ///   - job: the picture.
  ///   - result: its entry, or why it failed.
  ///   - stop: the signal that is given if the failure concerns every picture.
  mutating func take(_ job: PictureJob, _ result: Result<RunReport.Entry, Failure>, _ stop: StopSignal) {
    do throws(Failure) {
      let entry = try result.get()
      try manifest?.add(entry, of: job)
      done += 1
      if entry.confidence?.standsOut == false { empty += 1 }
      if style.json { entries.append(entry) } else { try announce(entry) }
      if !style.isQuiet { note(entry, of: job) }
    } catch {
      // After the end of the run, only successes of what was under way are reported.
      guard fatal == nil else { return }
      failed += 1
      firstFailure = firstFailure ?? error
      Console.error(error.message)
      if !isUnheard(result) { record(error, of: job, stop) }
      if style.json { failures.append(RunReport.Failed(input: job.input.path, error: error.message)) }
      // Failures of the model, of the device, of standard output and of the manifest concern every picture.
      if error.kind != .file || isUnheard(result) {
        fatal = error
        stop.request()
      }
    }
    // The summary reports the last picture.
    if done + failed != total { progress.show(done: done, failed: failed) }
  }

  /// Writes a picture's failure into the manifest.
  private mutating func record(_ failure: Failure, of job: PictureJob, _ stop: StopSignal) {
    // A failure of the model or of the device says nothing of the picture.
    guard failure.kind == .file else { return }
    do throws(Failure) { try manifest?.add(failure, of: job) } catch {
      Console.error(error.message)
      fatal = error
      stop.request()
    }
  }

  /// Whether the picture succeeded, so that its path or its line could not be written.
  private func isUnheard(_ result: Result<RunReport.Entry, Failure>) -> Bool {
    if case .success = result { true } else { false }
  }

  /// Writes the paths of the result to standard output.
  private func announce(_ entry: RunReport.Entry) throws(Failure) {
    for path in entry.sideMaps + (entry.classMasks ?? []) + (entry.file.map { [$0] } ?? []) { try Console.write(path) }
  }

  private func note(_ entry: RunReport.Entry, of job: PictureJob) {
    let name = job.input.name
    for note in entry.notes { Console.error("\(name): \(note)") }
    guard style.namesEach else { return }
    Console.error("\(name): \(entry.width)×\(entry.height) in \(Format.milliseconds(entry.seconds))")
  }

  /// Writes the summary.
  ///
  /// - Parameters:
  ///   - skipped: the number of pictures whose results existed already.
  ///   - leftOut: what was not taken, in a line; nil if there is nothing to say.
  ///   - interruption: the signal that ended the run, such as SIGINT; nil if none did.
  func end(skipped: Int, leftOut: String?, interruption: String?) {
    progress.end()
    if fatal != nil && done == 0 { return }
    var notes: [String] = []
    if failed > 0 { notes.append("\(failed) failed") }
    if skipped > 0 { notes.append("\(skipped) done before") }
    if let nothing = style.masks.summary(ofNothingIn: empty) { notes.append(nothing) }
    if let interruption { notes.append("stopped by \(interruption)") }
    progress.summarize(done: done, of: "picture", notes: notes)
    if !style.isQuiet, let leftOut { Console.error(leftOut) }
  }
}
