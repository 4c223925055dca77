import DevicePictures
import Pictures

/// How sure a network is that something stands out in a picture: what its map was before it was normalized.
public struct Confidence: Sendable, Hashable {
  /// The greatest probability of the map, 0 … 1.
  public let maximum: Float
  /// The least probability of the map, 0 … 1.
  public let minimum: Float
  /// The part of the map whose probability is at least ½, 0 … 1.
  public let area: Float

  /// The greatest probability from which something stands out: below one half, the network takes no pixel for the
  /// subject. `docs/pictures.md` says how often that is right.
  public static let leastMaximum: Float = 0.5

  /// Whether something stands out: whether the greatest probability is at least `leastMaximum`.
  public var standsOut: Bool { maximum >= Self.leastMaximum }

  /// Creates the confidence of a map from its probabilities.
  public init(maximum: Float, minimum: Float, area: Float) {
    (self.maximum, self.minimum, self.area) = (maximum, minimum, area)
  }

  /// - Parameter areProbabilities: whether the range is that of probabilities; otherwise it is that of logits.
  init(_ range: MapRange, areProbabilities: Bool) {
    // A map without a finite value is damaged; nothing can be seen in it.
    let isFinite = range.least <= range.greatest
    let ends = MapNormalization.identity.applied(
      to: [range.greatest, range.least], areProbabilities: areProbabilities)
    maximum = isFinite ? ends[0] : 0
    minimum = isFinite ? ends[1] : 0
    area = Float(range.halfCount) / Float(max(range.count, 1))
  }
}

extension Confidence: Codable {
  private enum CodingKeys: String, CodingKey { case maximum, minimum, area, standsOut }

  /// Reads what `encode(to:)` writes.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    maximum = try values.decode(Float.self, forKey: .maximum)
    minimum = try values.decode(Float.self, forKey: .minimum)
    area = try values.decode(Float.self, forKey: .area)
  }

  /// Writes the values, and whether something stands out.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(maximum, forKey: .maximum)
    try values.encode(minimum, forKey: .minimum)
    try values.encode(area, forKey: .area)
    try values.encode(standsOut, forKey: .standsOut)
  }
}

extension Detection {
  /// How sure the network is that something stands out; nil if the model's task is another.
  public var confidence: Confidence? {
    let shape = mainMap.values.shape
    guard profile.task == .saliency, shape.rank == 4, shape.channels == 1 else { return nil }
    return Confidence(
      MapRange(of: mainMap.values.values, areProbabilities: mainMap.areProbabilities),
      areProbabilities: mainMap.areProbabilities)
  }
}
