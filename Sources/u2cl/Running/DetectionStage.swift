import U2Net

/// What is under way between a device and the files.
struct DetectedPicture: Sendable {
  let picture: Picture
  let detection: Detection
  /// Decoding and network.
  let duration: Duration
}

/// A device on which a network runs: loaded when the first picture is there, and used on one thread.
final class DetectionStage {
  private let load: () throws(Failure) -> SaliencyDetector
  private let check: ([String]) throws(Failure) -> Void
  private let masksOnly: Bool
  private var detector: SaliencyDetector?

  /// - Parameters:
  ///   - masksOnly: whether nothing but masks will be asked of what is found.
  ///   - check: called once with the names of the model's maps, before anything is made of them.
  init(
    _ load: @escaping () throws(Failure) -> SaliencyDetector, masksOnly: Bool,
    check: @escaping ([String]) throws(Failure) -> Void
  ) {
    self.masksOnly = masksOnly
    self.load = load
    self.check = check
  }

  /// The one place where pictures go through a network.
  private func detections(in pictures: [Picture]) throws(Failure) -> [Detection] {
    // Where a picture cannot be read nothing need be compiled for it, so this waits for the first.
    let isFirst = detector == nil
    let detector = if let detector { detector } else { try load() }
    self.detector = detector
    if masksOnly { return try detector.detectMasks(in: pictures) }
    let detections = try detector.detect(pictures)
    if isFirst, let first = detections.first { try check(first.maps.map(\.name)) }
    return detections
  }

  /// What is found in each picture; what is wrong with the model or the device is wrong for all of them.
  func detect(_ batch: [DecodedPicture]) -> Result<[DetectedPicture], Failure> {
    let clock = ContinuousClock()
    let start = clock.now
    do throws(Failure) {
      let detections = try detections(in: batch.map(\.picture))
      let share = start.duration(to: clock.now) / batch.count
      return .success(
        zip(batch, detections).map { decoded, detection in
          DetectedPicture(picture: decoded.picture, detection: detection, duration: decoded.duration + share)
        })
    } catch {
      return .failure(error)
    }
  }
}
