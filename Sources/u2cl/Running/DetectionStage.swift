import U2Net

/// What is under way between a device and the files.
struct DetectedPicture: Sendable {
  let picture: Picture
  let detection: Detection
  /// Decoding and network.
  let duration: Duration
}

/// What will be asked of what is found; the less that is, the more of it the device does.
enum DetectionNeed: Sendable {
  /// Anything.
  case maps
  /// Masks as the authors make them.
  case masks
  /// Mattes whose edges follow the picture's.
  case refinedMattes
}

/// A device on which a network runs: loaded when the first picture is there, and used on one thread.
final class DetectionStage {
  private let load: () throws(Failure) -> SaliencyDetector
  private let check: ([String]) throws(Failure) -> Void
  private let need: DetectionNeed
  private var detector: SaliencyDetector?

  /// - Parameters:
  ///   - need: what will be asked of what is found.
  ///   - check: called once with the names of the model's maps, before anything is made of them.
  init(
    _ load: @escaping () throws(Failure) -> SaliencyDetector, need: DetectionNeed,
    check: @escaping ([String]) throws(Failure) -> Void
  ) {
    self.need = need
    self.load = load
    self.check = check
  }

  /// The one place where pictures go through a network.
  private func detections(in pictures: [Picture]) throws(Failure) -> [Detection] {
    // Where a picture cannot be read nothing need be compiled for it, so this waits for the first.
    let isFirst = detector == nil
    let detector = if let detector { detector } else { try load() }
    self.detector = detector
    let detections: [Detection]
    switch need {
    case .masks: return try detector.detectMasks(in: pictures)
    case .refinedMattes: detections = try detector.detectRefined(in: pictures)
    case .maps: detections = try detector.detect(pictures)
    }
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
