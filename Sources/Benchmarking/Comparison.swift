package import Models
package import Pictures
package import Tensors
package import U2Net

/// The differences between the maps of two devices for one picture.
package struct Comparison: Sendable, Codable {
  /// The version of this report's format.
  package var schema = 1
  /// The differences of a map.
  package struct Row: Sendable, Codable {
    /// The name of the map, such as `d0`.
    package let map: String
    /// The largest absolute difference between two pixels, on the scale 0 … 1.
    package let max: Double
    /// The mean absolute difference, on the scale 0 … 1.
    package let mean: Double
  }

  /// The name of the model.
  package let model: String
  /// The first device.
  package let device: DeviceReport
  /// The second device.
  package let against: DeviceReport
  /// The differences of every map.
  package let rows: [Row]
  /// The largest accepted difference, on the scale 0 … 1.
  package let tolerance: Double

  /// The largest accepted difference to single precision: float32 sums in another order, or half storage.
  package static func tolerance(of precision: Precision) -> Double {
    switch precision {
    case .float32: 1e-4
    case .float16, .bfloat16: HalfPrecisionLoss.tolerance.max
    }
  }

  /// Whether every difference is within the tolerance.
  package var agrees: Bool { rows.allSatisfy { $0.max <= tolerance } }

  /// Compares the maps of two detectors for one picture.
  ///
  /// - Throws: `Failure` if a device fails, or if both requests fell back to the same device.
  package init(
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
