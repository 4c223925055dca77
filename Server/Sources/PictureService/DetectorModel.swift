public import Serving
public import U2Net

/// A picture, and what a device computes for it.
public struct DetectionInput: Sendable {
  /// What is computed. The less is needed, the more of it is done on the device.
  public enum Need: Hashable, Sendable {
    /// The map, from which the host makes all else.
    case map
    /// The mask.
    case mask
    /// A matte with refined edges.
    case refinedMatte
    /// A cut-out with refined edges, and its matte if that is needed, too.
    case refinedCutout(withMatte: Bool)
  }

  let picture: Picture
  let need: Need
}

/// What was found in a picture.
public enum DetectionOutput: Sendable {
  /// The map, with a matte or a cut-out if the device has made one.
  case detection(Detection)
  /// The mask.
  case mask(MaskDetection)

  /// How sure the network is that something stands out; nil if the model's task is another.
  public var confidence: Confidence? {
    switch self {
    case .detection(let detection): detection.confidence
    case .mask(let found): found.confidence
    }
  }
}

/// What was found, and what has found it.
public struct Found: Sendable {
  /// What was found.
  public let output: DetectionOutput
  /// The device that has computed.
  public let device: ComputeDevice
  /// What the model is for.
  public let task: ModelTask
}

/// A detector that an engine runs batches on. Pictures of a batch that need different things are sent one kind after
/// the other.
public final class DetectorModel: ServedModel {
  /// The pictures of a batch that need the same, by their places in the batch, and their results.
  public struct Group {
    fileprivate enum Results {
      case detections(Pending<[Detection]>)
      case masks(Pending<[MaskDetection]>)
    }

    fileprivate let places: [Int]
    fileprivate let results: Results
    fileprivate let detector: SaliencyDetector
  }

  private let detector: SaliencyDetector
  /// The same network for a picture that is alone; nil if there is no need of one.
  private let single: SaliencyDetector?
  /// The name of the device that should run.
  private let home: String
  private let standInTime: Duration
  /// When another device was seen to stand in.
  private var standInStart: ContinuousClock.Instant?
  /// Receives the device that has computed.
  private let ran: (ComputeDevice) -> Void

  /// - Parameters:
  ///   - single: the same network for a picture that is alone.
  ///   - home: the name of the device that should run.
  ///   - standInTime: how long another device stands in for it.
  ///   - ran: receives the device that has computed.
  init(
    _ detector: SaliencyDetector, single: SaliencyDetector?, home: String, standInTime: Duration,
    ran: @escaping (ComputeDevice) -> Void
  ) {
    (self.detector, self.single, self.home, self.standInTime) = (detector, single, home, standInTime)
    self.ran = ran
  }

  /// The batch size that the device's memory holds.
  public var batch: Int { detector.batch }
  /// The memory of the network on the device.
  public var byteCount: Int { detector.byteCount + (single?.byteCount ?? 0) }

  /// Whether another device has stood in for a while.
  public var isStale: Bool {
    guard detector.device.name != home else { return false }
    let start = standInStart ?? .now
    standInStart = start
    return start.duration(to: .now) >= standInTime
  }

  /// Sends the pictures on their way.
  public func begin(_ inputs: [DetectionInput]) throws -> [Group] {
    var places: [DetectionInput.Need: [Int]] = [:]
    var order: [DetectionInput.Need] = []
    for (place, input) in inputs.enumerated() {
      if places[input.need] == nil { order.append(input.need) }
      places[input.need, default: []].append(place)
    }
    return try order.map { need in
      let places = places[need] ?? []
      let detector = places.count == 1 ? single ?? detector : detector
      let results = try Self.submit(places.map { inputs[$0].picture }, need, to: detector)
      return Group(places: places, results: results, detector: detector)
    }
  }

  /// Waits for what was found.
  public func finish(_ batch: [Group]) throws -> [Found] {
    var found: [(place: Int, found: Found)] = []
    for group in batch {
      let outputs: [DetectionOutput] =
        switch group.results {
        case .detections(let pending): try pending.results().map(DetectionOutput.detection)
        case .masks(let pending): try pending.results().map(DetectionOutput.mask)
        }
      let detector = group.detector
      ran(detector.device)
      for (place, output) in zip(group.places, outputs) {
        found.append((place, Found(output: output, device: detector.device, task: detector.model.profile.task)))
      }
    }
    return found.sorted { $0.place < $1.place }.map(\.found)
  }

  private static func submit(
    _ pictures: [Picture], _ need: DetectionInput.Need, to detector: SaliencyDetector
  ) throws -> Group.Results {
    switch need {
    // Where the host makes the masks, the threads that encode do so.
    case .mask where detector.preparesOnDevice: .masks(try detector.submit(pictures, for: .maskDetections))
    case .mask, .map: .detections(try detector.submit(pictures, for: .maps))
    case .refinedMatte: .detections(try detector.submit(pictures, for: .refinedMattes))
    case .refinedCutout(let withMatte):
      .detections(try detector.submit(pictures, for: .refinedCutouts(withMattes: withMatte)))
    }
  }
}
