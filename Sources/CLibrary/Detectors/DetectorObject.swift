import CLibraryHeader
import LibC
import Models
import Synchronization
import U2Net

/// A detector, which one thread uses at a time.
///
/// Unchecked Sendable: every use of the detector, and of what it has begun, is under the lock.
final class DetectorObject: @unchecked Sendable {
  private let detector: SaliencyDetector
  private let lock = Mutex(())
  /// The thread that holds the lock; 0 for none.
  private let holder = Atomic<UInt>(0)
  /// What was begun and is of no use any more, until the lock is open.
  private let abandoned = Mutex<[Abandoned]>([])

  /// Unchecked Sendable: it ends under the detector's lock.
  private struct Abandoned: @unchecked Sendable { let batches: [RunningBatch] }

  init(_ detector: SaliencyDetector) {
    self.detector = detector
    detector.noticeHandler = { Log.write($0) }
  }

  /// Runs a body while no other thread uses the detector.
  ///
  /// - Throws: `CallError` if this thread is inside such a body, as a callback is.
  func exclusively<Result>(_ body: (SaliencyDetector) throws -> Result) throws -> Result {
    guard holder.load(ordering: .relaxed) != Self.thread else {
      throw CallError.usage("a callback used the detector that it was called for")
    }
    // What the body makes is the caller's, who alone has it; the lock's closure must not return it.
    var result: Swift.Result<Result, any Error>?
    lock.withLock { _ in held { result = Swift.Result { try body(detector) } } }
    guard let result else { throw CallError(U2CL_ERROR_INTERNAL, "the detector did nothing") }
    return try result.get()
  }

  private func held(_ body: () -> Void) {
    holder.store(Self.thread, ordering: .relaxed)
    defer {
      sweep()
      holder.store(0, ordering: .relaxed)
    }
    body()
  }

  /// Ends batches that nobody waits for, at once or when the thread that uses the detector is done.
  func abandon(_ batches: [RunningBatch]) {
    guard !batches.isEmpty else { return }
    let batches = Abandoned(batches: batches)
    abandoned.withLock { $0.append(batches) }
    guard holder.load(ordering: .relaxed) != Self.thread else { return }
    _ = lock.withLockIfAvailable { _ in held {} }
  }

  private func sweep() {
    let batches = abandoned.withLock { list in
      defer { list = [] }
      return list
    }
    for batch in batches.flatMap(\.batches) { batch.finish() }
  }

  private static var thread: UInt {
    #if canImport(ObjectiveC)
      UInt(bitPattern: pthread_self())
    #else
      UInt(pthread_self())
    #endif
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
