import FileSelection
import FoundationEssentials
import Pipelines
import U2Net

/// What `run` sends through.
typealias MaskPipeline = DetectionSetup.Line<PictureJob, RunReport.Entry>

/// Pictures from their files through a network to the files of their masks, all stages at once.
struct MaskRun: Sendable {
  let detection: DetectionSetup
  let batch: Int

  /// How many pixels are decoded and not yet stored, unless one picture alone has more.
  private static let pixelsUnderWay = 32_000_000

  /// Masks the pictures of a list, until all is done, something is wrong for all, or a signal ends it.
  func run(_ jobs: [PictureJob], stop: StopSignal, _ teller: inout RunReporter) {
    let rest = Monitor(jobs[...])
    pipeline(patience: .milliseconds(200)).run(stop: stop) {
      rest.update { $0.popFirst() }
    } deliver: { job, result in
      teller.take(job, result, stop)
    }
  }

  /// Masks the pictures that come into a folder, until a signal ends it.
  ///
  /// - Parameter next: waits for the next one.
  func run(_ next: @escaping @Sendable () -> PictureJob?, stop: StopSignal, _ teller: inout RunReporter) {
    pipeline(patience: .milliseconds(20)).run(stop: stop, next: next) { job, result in
      teller.take(job, result, stop)
    }
  }

  /// - Parameter patience: how long a batch waits for pictures that are still to be decoded.
  private func pipeline(patience: Duration) -> MaskPipeline {
    let cores = max(1, ProcessInfo.processInfo.activeProcessorCount)
    var limits = MaskPipeline.Limits(threads: cores)
    limits.batch = batch
    limits.patience = patience
    limits.weight = Self.pixelsUnderWay
    return MaskPipeline(
      limits: limits,
      load: { job, admit in Result { () throws(Failure) in try job.input.picture(admit: admit) } },
      devices: detection.devices(),
      store: { job, found in job.stored(found) })
  }
}
