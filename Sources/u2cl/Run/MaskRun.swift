import FileSelection
import Host
import Pipelines
import U2Net

/// The pipeline of `run`.
typealias MaskPipeline = DetectionSetup.Line<PictureJob, RunReport.Entry>

/// Sends pictures from their files through a network to the files of their results, all stages at once.
struct MaskRun: Sendable {
  let detection: DetectionSetup
  let batch: Int
  /// The most pixels of a picture.
  let pixelLimit: Int
  /// Whether digests of pictures and results are taken, for the manifest.
  let audits: Bool

  /// The number of pixels that are decoded and not stored yet, unless a single picture has more: as many as two threads
  /// need to be busy with large pictures, and as many more for each further thread as an eighth of the memory holds.
  ///
  /// - Parameters:
  ///   - threads: the number of threads that load, and of those that store.
  ///   - memory: the memory that the process may use, in bytes.
  static func pixelsUnderWay(threads: Int, memory: @autoclosure () -> UInt64) -> Int {
    let least = 32_000_000
    // The start need not read what control groups say if that changes nothing.
    guard threads > 2 else { return least }
    // A picture, its matte, its cut-out and its file.
    let bytesOfPixel: UInt64 = 16
    return max(least, min((threads - 1) * least, Int(memory() / 8 / bytesOfPixel)))
  }

  /// Processes the pictures of a list, until all are done, a failure concerns all of them, or a signal ends the run.
  func run(_ jobs: [PictureJob], stop: StopSignal, _ reporter: inout RunReporter) {
    let rest = Monitor(jobs[...])
    pipeline(patience: .milliseconds(200)).run(stop: stop) {
      audited(rest.update { $0.popFirst() })
    } deliver: { job, result in
      reporter.take(job, result, stop)
    }
  }

  /// Processes the pictures that arrive in a folder, until a signal ends the run.
  ///
  /// - Parameter next: waits for the next picture.
  func run(_ next: @escaping @Sendable () -> PictureJob?, stop: StopSignal, _ reporter: inout RunReporter) {
    pipeline(patience: .milliseconds(20)).run(stop: stop, next: { audited(next()) }) { job, result in
      reporter.take(job, result, stop)
    }
  }

  private func audited(_ job: PictureJob?) -> PictureJob? {
    var job = job
    if audits { job?.input.audit = PictureAudit() }
    return job
  }

  /// - Parameter patience: how long a batch waits for pictures that are not decoded yet.
  private func pipeline(patience: Duration) -> MaskPipeline {
    let threads = Host.threadCount
    var limits = MaskPipeline.Limits(threads: threads)
    limits.batch = batch
    limits.patience = patience
    limits.weight = Self.pixelsUnderWay(threads: threads, memory: Host.memoryShare())
    return MaskPipeline(
      limits: limits,
      load: { job, admit in
        if let refusal = job.refusal { return .failure(refusal) }
        return Result { () throws(Failure) in try job.input.picture(pixelLimit: pixelLimit, admit: admit) }
      },
      devices: detection.devices(),
      store: { job, found in job.stored(found) })
  }
}
