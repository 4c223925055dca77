import Pictures
public import Tensors

/// How far the maps of two devices lie apart on one picture.
public struct Comparison: Sendable, Codable {
  /// The version of this form.
  public var schema = 1
  /// One map on both devices.
  public struct Row: Sendable, Codable {
    /// Such as `d0`.
    public let map: String
    /// The largest absolute difference of two pixels, on the scale 0 … 1.
    public let max: Double
    /// The mean absolute difference, on the scale 0 … 1.
    public let mean: Double
  }

  /// The model's name.
  public let model: String
  /// The first device.
  public let device: DeviceReport
  /// The device that it is compared with.
  public let against: DeviceReport
  /// Every map.
  public let rows: [Row]
  /// What no difference may exceed.
  public let tolerance: Double

  /// What no difference to single precision may exceed: float32 sums in another order; half storage.
  public static func tolerance(of precision: Precision) -> Double {
    switch precision {
    case .float32: 1e-4
    case .float16, .bfloat16: HalfPrecisionLoss.tolerance.max
    }
  }

  /// Whether every map agrees within the tolerance.
  public var agrees: Bool { rows.allSatisfy { $0.max <= tolerance } }

  /// The maps of two detectors, on one picture.
  ///
  /// - Throws: `Failure` where a device fails, or where falling back left one device to compare with itself.
  public init(
    _ picture: Picture, _ first: SaliencyDetector, asked: DeviceRequest, _ second: SaliencyDetector,
    askedAgainst: DeviceRequest, tolerance: Double = 1e-4
  ) throws(Failure) {
    let fellBack = first.fallback != nil || second.fallback != nil
    if fellBack, first.device.description == second.device.description {
      throw Failure(.device, "both devices came to \(first.device): there is nothing to compare")
    }
    let a = try first.detect(picture).maps
    let b = try second.detect(picture).maps
    model = first.model.name
    device = DeviceReport(first.device, asked: asked, fallback: first.fallback)
    against = DeviceReport(second.device, asked: askedAgainst, fallback: second.fallback)
    self.tolerance = tolerance
    rows = zip(a, b).map { Row(comparing: $0, with: $1) }
  }
}

extension Comparison.Row {
  init(comparing a: SaliencyMap, with b: SaliencyMap) {
    let differences = zip(a.probabilities, b.probabilities).map { pair in
      pair.0.isNaN || pair.1.isNaN ? Double.infinity : abs(Double(pair.0) - Double(pair.1))
    }
    map = a.name
    max = differences.max() ?? 0
    mean = differences.reduce(0, +) / Double(Swift.max(1, differences.count))
  }
}
