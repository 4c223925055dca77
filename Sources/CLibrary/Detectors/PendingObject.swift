import CLibraryHeader
import Pictures
import Synchronization
import U2Net

/// Pictures on their way through a detector, two batches at a time.
///
/// Unchecked Sendable: batches are used under the detector's lock alone, and by one thread, which waits.
final class PendingObject: @unchecked Sendable {
  private let detector: DetectorObject
  private let pictures: [Picture]
  private let output: DetectionOutput
  private let progress: Progress
  private var running: [RunningBatch] = []
  /// The number of pictures that have been sent.
  private var sent = 0
  private var batch = 1
  private let isWaitedFor = Atomic(false)

  /// The number of pictures.
  var count: Int { pictures.count }

  /// Sends the first pictures to the device.
  init(_ detector: DetectorObject, _ pictures: [Picture], _ output: DetectionOutput, _ progress: Progress) throws {
    self.detector = detector
    self.pictures = pictures
    self.output = output
    self.progress = progress
    try detector.exclusively { detector in
      batch = detector.batch
      try send(to: detector)
    }
  }

  deinit { detector.abandon(running) }

  func cancel() { progress.cancel() }

  /// Waits for everything.
  ///
  /// - Throws: `CallError` if the work was cancelled, and if somebody has waited already.
  func wait() throws -> [DetectionObject] {
    guard !isWaitedFor.exchange(true, ordering: .relaxed) else {
      throw CallError.usage("the pending was waited for already")
    }
    var found: [Found] = []
    while found.count < pictures.count {
      try progress.check()
      // The lock is opened between batches, so that other threads have their turn.
      try detector.exclusively { detector in
        if running.isEmpty { try send(to: detector) }
        found += try running.removeFirst().results()
        if !progress.isCancelled { try send(to: detector) }
      }
      progress.report(found.count, of: pictures.count)
    }
    try progress.check()
    return zip(pictures, found).map { DetectionObject($0, $1, isMaskOnly: output == .masks) }
  }

  /// Keeps two batches on their way. Trap: only under the detector's lock.
  private func send(to detector: SaliencyDetector) throws {
    while running.count < 2, sent < pictures.count {
      let next = Array(pictures[sent..<min(sent + batch, pictures.count)])
      running.append(try output.begin(next, on: detector))
      sent += next.count
    }
  }
}

/// What is computed for each picture.
enum DetectionOutput: CaseIterable {
  case maps
  case masks
  case refinedMattes
  case refinedCutouts
  case refinedCutoutsAndMattes

  func begin(_ pictures: [Picture], on detector: SaliencyDetector) throws -> RunningBatch {
    switch self {
    // Where the host makes the masks, the threads that ask for them do so, side by side.
    case .masks where detector.preparesOnDevice: .masks(try detector.submit(pictures, for: .maskDetections))
    case .maps, .masks: .detections(try detector.submit(pictures, for: .maps))
    case .refinedMattes: .detections(try detector.submit(pictures, for: .refinedMattes))
    case .refinedCutouts: .detections(try detector.submit(pictures, for: .refinedCutouts(withMattes: false)))
    case .refinedCutoutsAndMattes:
      .detections(try detector.submit(pictures, for: .refinedCutouts(withMattes: true)))
    }
  }
}
