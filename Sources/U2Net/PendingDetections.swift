public import Images

/// Masks of pictures that were sent on their way.
///
/// Not Sendable, as the detector that computes them is not.
public final class PendingDetections {
  private let pictures: [Picture]
  private let pending: [() throws -> [Mask]]
  private let detector: SaliencyDetector
  private let generation: Int

  init(_ pictures: [Picture], _ pending: [() throws -> [Mask]], _ detector: SaliencyDetector) {
    self.pictures = pictures
    self.pending = pending
    self.detector = detector
    generation = detector.generation
  }

  /// Waits for the masks, in the pictures' order. Where the device has failed meanwhile, the pictures are computed again.
  public func masks() throws(Failure) -> [Mask] {
    try detector.recovering { detector in
      guard detector.generation == generation else { return try detector.masks(of: pictures) }
      return try pending.flatMap { try $0() }
    }
  }
}
