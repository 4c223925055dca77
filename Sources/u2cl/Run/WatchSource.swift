import FileSelection
import Pipelines
import U2Net

/// The jobs that come into a folder.
final class WatchSource: Sendable {
  private let watch: Monitor<FolderWatch>
  private let failed = Monitor<Failure?>(nil)
  private let stop: StopSignal
  private let job: @Sendable (SelectedFile) throws(Failure) -> PictureJob?

  /// - Parameter job: the job of a file; nil where it is left out.
  init(
    _ watch: sending FolderWatch, stop: StopSignal,
    job: @escaping @Sendable (SelectedFile) throws(Failure) -> PictureJob?
  ) {
    self.watch = Monitor(watch)
    self.stop = stop
    self.job = job
  }

  /// Why the folder cannot be followed any more.
  var failure: Failure? { failed.update { $0 } }

  /// Waits for the next one.
  func next() -> PictureJob? {
    watch.update { watch in
      do {
        while let file = try watch.next(waits: { stop.waitForInput(on: $0) }) {
          if let job = try job(file) { return job }
        }
        if !stop.isGiven { failed.update { $0 = Failure(.file, "the watched folder is gone") } }
      } catch {
        let failure = error as? Failure ?? Failure(.file, "\(error)")
        failed.update { $0 = failure }
      }
      return nil
    }
  }
}
