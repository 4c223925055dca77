import FileSelection
import Models
import Pipelines
import U2Net

/// The jobs of the pictures that arrive in a folder.
final class WatchSource: Sendable {
  private let watch: Monitor<FolderWatch>
  private let failed = Monitor<Failure?>(nil)
  private let stop: StopSignal
  private let job: @Sendable (SelectedFile) -> PictureJob?

  /// - Parameter job: makes the job of a file; nil if the file is skipped.
  init(
    _ watch: sending FolderWatch, stop: StopSignal,
    job: @escaping @Sendable (SelectedFile) -> PictureJob?
  ) {
    self.watch = Monitor(watch)
    self.stop = stop
    self.job = job
  }

  /// Why the folder cannot be watched any more; nil if it can.
  var failure: Failure? { failed.update { $0 } }

  /// What was not taken.
  var leftOut: LeftOutFiles { watch.update { $0.leftOut } }

  /// Waits for the next job; nil if the run ends.
  func next() -> PictureJob? {
    watch.update { watch in
      while let file = watch.next(waits: { stop.waitForInput(on: $0, atMost: $1) }) {
        if let job = job(file) { return job }
      }
      if !stop.isGiven { failed.update { $0 = Failure(.file, "the watched folder is gone") } }
      return nil
    }
  }
}
