import Pipelines
import U2Net

/// Says what becomes of each picture, and at the end what it all came to.
struct RunReporter {
  /// What is said.
  struct Style {
    var json: Bool
    var isQuiet: Bool
    /// Each picture by itself; otherwise how far it all is.
    var namesEach: Bool
  }

  private let style: Style
  private let total: Int?
  private var progress: ProgressDisplay
  private(set) var done = 0
  private(set) var failed = 0
  /// What the exit code comes from.
  private(set) var firstFailure: Failure?
  /// Why there is nothing more to be done; said once.
  private var fatal: Failure?
  /// For the report alone: kept for nothing else, as pictures may be many.
  private(set) var entries: [RunReport.Entry] = []
  private(set) var failures: [RunReport.Failed] = []

  /// - Parameter total: how many pictures there are, where that is known.
  init(_ style: Style, total: Int?) {
    self.style = style
    self.total = total
    progress = ProgressDisplay(total: total, isQuiet: style.isQuiet || style.namesEach)
  }

  /// Takes what became of a picture.
  ///
  /// - Parameter stop: is given where nothing more can be done.
  mutating func take(_ job: PictureJob, _ result: Result<RunReport.Entry, Failure>, _ stop: StopSignal) {
    do throws(Failure) {
      let entry = try result.get()
      done += 1
      if style.json { entries.append(entry) } else { try announce(entry) }
      if !style.isQuiet { note(entry, of: job) }
    } catch {
      // Of what was under way when there was nothing more to be done, only what succeeded is worth a word.
      guard fatal == nil else { return }
      failed += 1
      firstFailure = firstFailure ?? error
      Console.error("\(error)")
      if style.json { failures.append(RunReport.Failed(input: job.input.path, error: error.description)) }
      // What is wrong with the model or the device is wrong for every picture; so is what takes our results.
      if error.kind != .file || isUnheard(result) {
        fatal = error
        stop.request()
      }
    }
    // The last words say the last numbers.
    if done + failed != total { progress.show(done: done, failed: failed) }
  }

  /// Whether the picture was done, so that the failure was in saying so.
  private func isUnheard(_ result: Result<RunReport.Entry, Failure>) -> Bool {
    if case .success = result { true } else { false }
  }

  /// Names the files on standard output.
  private func announce(_ entry: RunReport.Entry) throws(Failure) {
    for path in entry.sideMaps + (entry.classMasks ?? []) + (entry.file.map { [$0] } ?? []) { try Console.write(path) }
  }

  private func note(_ entry: RunReport.Entry, of job: PictureJob) {
    let name = job.input.name.oneLine
    for note in entry.notes { Console.error("\(name): \(note)") }
    guard style.namesEach else { return }
    Console.error("\(name): \(entry.width)×\(entry.height) in \(Format.milliseconds(entry.seconds))")
  }

  /// The last words.
  ///
  /// - Parameters:
  ///   - skipped: pictures that were done before.
  ///   - interruption: what ended it early, such as SIGINT.
  func end(skipped: Int, interruption: String?) {
    progress.end()
    if fatal != nil && done == 0 { return }
    var notes: [String] = []
    if failed > 0 { notes.append("\(failed) failed") }
    if skipped > 0 { notes.append("\(skipped) done before") }
    if let interruption { notes.append("stopped by \(interruption)") }
    progress.tell(done: done, of: "picture", notes: notes)
  }
}
