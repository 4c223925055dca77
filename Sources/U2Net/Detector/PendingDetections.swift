public import Pictures

/// What will be found in pictures that were sent on their way: `SaliencyDetector.submit`.
///
/// Not Sendable, as the detector that computes it is not.
public final class PendingDetections {
  private let pictures: [Picture]
  private let need: RequestedOutput
  private let parts: [() throws -> [Detection]]
  private let detector: SaliencyDetector
  private let generation: Int

  init(
    _ pictures: [Picture], _ need: RequestedOutput, _ parts: [() throws -> [Detection]], _ detector: SaliencyDetector
  ) {
    self.pictures = pictures
    self.need = need
    self.parts = parts
    self.detector = detector
    generation = detector.generation
  }

  /// Waits for what is found, in the pictures' order. Where the device has failed meanwhile, the pictures are computed again.
  public func detections() throws(Failure) -> [Detection] {
    try detector.recovering { detector in
      let parts = detector.generation == generation ? parts : try detector.begin(pictures, for: need)
      return try parts.flatMap { try $0() }
    }
  }

  /// Waits for the masks, in the pictures' order.
  public func masks() throws(Failure) -> [Mask] { try detections().map { (found) throws(Failure) in try found.mask() } }
}
