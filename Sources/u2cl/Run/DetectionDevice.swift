import Pictures
import Pipelines
import StageTiming
import U2Net

/// What is computed for each picture.
enum DetectionOutput: Sendable {
  /// Every map that the detector computes.
  case maps
  /// The mask alone.
  case masks
  /// The saliency map, with refined edges.
  case refinedMattes
  /// The saliency map, and a cut-out with refined edges.
  case refinedCutouts(withMattes: Bool)
}

/// A picture and what was found in it, on the way from a device to the files.
struct DetectedPicture: Sendable {
  /// What was found, in the form that was requested.
  enum Finding: Sendable {
    case detection(Detection)
    case mask(MaskDetection)
  }

  let picture: Picture
  let finding: Finding
  /// The time of decoding and of the network.
  let duration: Duration

  /// The 8-bit mask of the picture's size.
  func mask() throws(Failure) -> Mask {
    switch finding {
    case .detection(let detection): try detection.mask()
    case .mask(let found): found.mask
    }
  }

  /// How sure the network is that something stands out; nil if the model's task is another.
  var confidence: Confidence? {
    switch finding {
    case .detection(let detection): detection.confidence
    case .mask(let found): found.confidence
    }
  }

  /// The detection; nil if the device made the mask alone.
  var detection: Detection? { if case .detection(let detection) = finding { detection } else { nil } }
}

/// A device that a network runs on, loaded when the first picture arrives. The only place where pictures of `run` and
/// `stream` go through a network.
final class DetectionDevice: PipelineDevice {
  /// A batch in flight.
  struct InFlight {
    /// The results to wait for.
    enum Results {
      case detections(Pending<[Detection]>)
      case masks(Pending<[MaskDetection]>)
      case none(Failure)
    }

    let batch: [DecodedPicture]
    let results: Results
    let start: ContinuousClock.Instant
  }

  private let load: () throws(Failure) -> SaliencyDetector
  private let lost: (Failure) -> Void
  private let output: DetectionOutput
  private var detector: SaliencyDetector?
  private let clock = ContinuousClock()
  /// The end of the last batch.
  private var busyUntil: ContinuousClock.Instant?

  /// - Parameters:
  ///   - load: loads the model. If no picture can be read, the model need not be compiled.
  ///   - output: what is computed for each picture.
  ///   - lost: called if the device fails.
  init(
    load: @escaping () throws(Failure) -> SaliencyDetector, output: DetectionOutput, lost: @escaping (Failure) -> Void
  ) {
    self.load = load
    self.output = output
    self.lost = lost
  }

  func begin(_ batch: [DecodedPicture]) -> InFlight {
    var start = clock.now
    do throws(Failure) {
      let detector = if let detector { detector } else { try Stage.load.measure(load) }
      self.detector = detector
      StageTimes.ofProcess?.beginNetwork()
      // Loading and compiling are no picture's time.
      start = clock.now
      return InFlight(batch: batch, results: try submit(batch.map(\.picture), to: detector), start: start)
    } catch {
      return InFlight(batch: batch, results: .none(error), start: start)
    }
  }

  func finish(_ inFlight: InFlight) throws(Failure) -> [Result<DetectedPicture, Failure>] {
    do throws(Failure) {
      let findings = try findings(of: inFlight.results)
      let end = clock.now
      let time = max(inFlight.start, busyUntil ?? inFlight.start).duration(to: end)
      let share = time / inFlight.batch.count
      busyUntil = end
      StageTimes.ofProcess?.endNetwork(pictures: inFlight.batch.count, deviceTime: time)
      return zip(inFlight.batch, findings).map { decoded, finding in
        .success(DetectedPicture(picture: decoded.picture, finding: finding, duration: decoded.duration + share))
      }
    } catch {
      lost(error)
      throw error
    }
  }

  private func submit(
    _ pictures: [Picture], to detector: SaliencyDetector
  ) throws(Failure) -> InFlight.Results {
    switch output {
    // If the host makes the masks, the threads that store them do so.
    case .masks where detector.preparesOnDevice: return .masks(try detector.submit(pictures, for: .maskDetections))
    case .masks, .maps: return .detections(try detector.submit(pictures, for: .maps))
    case .refinedMattes: return .detections(try detector.submit(pictures, for: .refinedMattes))
    case .refinedCutouts(let withMattes):
      return .detections(try detector.submit(pictures, for: .refinedCutouts(withMattes: withMattes)))
    }
  }

  private func findings(of results: InFlight.Results) throws(Failure) -> [DetectedPicture.Finding] {
    switch results {
    case .detections(let pending): try pending.results().map(DetectedPicture.Finding.detection)
    case .masks(let pending): try pending.results().map(DetectedPicture.Finding.mask)
    case .none(let failure): throw failure
    }
  }
}
