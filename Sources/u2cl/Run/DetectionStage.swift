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
  private let need: RequestedOutput
  private var detector: SaliencyDetector?
  private var isChecked = false
  private let clock = ContinuousClock()
  /// Until when the device computed the last batch.
  private var busyUntil: ContinuousClock.Instant?

  /// - Parameters:
  ///   - need: what will be asked of what is found.
  ///   - check: called once with the names of the model's maps, before anything is made of them.
  init(
    _ load: @escaping () throws(Failure) -> SaliencyDetector, need: RequestedOutput,
    check: @escaping ([String]) throws(Failure) -> Void
  ) {
    self.need = need
    self.load = load
    self.check = check
  }

  /// The one place where pictures go through a network: sends a batch on its way.
  ///
  /// - Returns: what waits for what is found in each picture; what is wrong with the model or the device is wrong for all of
  ///   them.
  func begin(_ batch: [DecodedPicture]) -> () -> Result<[DetectedPicture], Failure> {
    let start = clock.now
    let pending = Result { () throws(Failure) in try submitted(batch.map(\.picture)) }
    return {
      do throws(Failure) {
        return .success(try self.detected(batch, try pending.get(), since: start))
      } catch {
        return .failure(error)
      }
    }
  }

  private func submitted(_ pictures: [Picture]) throws(Failure) -> PendingDetections {
    // Where a picture cannot be read nothing need be compiled for it, so this waits for the first.
    let detector = if let detector { detector } else { try load() }
    self.detector = detector
    return try detector.submit(pictures, for: need)
  }

  private func detected(
    _ batch: [DecodedPicture], _ pending: PendingDetections, since start: ContinuousClock.Instant
  ) throws(Failure) -> [DetectedPicture] {
    let detections = try pending.detections()
    if !isChecked, let first = detections.first { try check(first.maps.map(\.name)) }
    isChecked = true
    let end = clock.now
    let share = max(start, busyUntil ?? start).duration(to: end) / batch.count
    busyUntil = end
    return zip(batch, detections).map { decoded, detection in
      DetectedPicture(picture: decoded.picture, detection: detection, duration: decoded.duration + share)
    }
  }
}
