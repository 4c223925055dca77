import Models
import Synchronization
import U2Net

/// A detector, which one thread uses at a time.
///
/// Unchecked Sendable: every use of the detector, and of what it has begun, is in a thread's turn.
final class DetectorObject: @unchecked Sendable {
  private let detector: SaliencyDetector
  private let turn = Turn(refusal: "a callback used the detector that it was called for")
  /// What was begun and is of no use any more, until the turn of a thread ends.
  private let abandoned = Mutex<[Abandoned]>([])

  /// Unchecked Sendable: it ends in a thread's turn.
  private struct Abandoned: @unchecked Sendable { let batches: [RunningBatch] }

  init(_ detector: SaliencyDetector) {
    self.detector = detector
    detector.noticeHandler = { Log.write($0) }
  }

  /// Runs a body while no other thread uses the detector.
  ///
  /// - Throws: `CallError` if this thread is inside such a body, as a callback is.
  func exclusively<Result>(_ body: (SaliencyDetector) throws -> Result) throws -> Result {
    try turn.take {
      defer { sweep() }
      return try body(detector)
    }
  }

  /// Ends batches that nobody waits for, at once or when the thread that uses the detector is done.
  func abandon(_ batches: [RunningBatch]) {
    guard !batches.isEmpty else { return }
    let batches = Abandoned(batches: batches)
    abandoned.withLock { $0.append(batches) }
    turn.takeIfFree { sweep() }
  }

  private func sweep() {
    let batches = abandoned.withLock { list in
      defer { list = [] }
      return list
    }
    for batch in batches.flatMap(\.batches) { batch.finish() }
  }
}

/// A batch that a device computes. It is used under its detector's lock.
enum RunningBatch {
  case detections(Pending<[Detection]>)
  case masks(Pending<[MaskDetection]>)

  /// Waits for what was found.
  func results() throws -> [Found] {
    switch self {
    case .detections(let pending): try pending.results().map(Found.detection)
    case .masks(let pending): try pending.results().map(Found.mask)
    }
  }

  /// Waits until the device is done with it, whatever comes of it.
  func finish() { _ = try? results() }
}

/// What was found in a picture.
enum Found: Sendable {
  case detection(Detection)
  case mask(MaskDetection)
}
