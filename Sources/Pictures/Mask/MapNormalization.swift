internal import CMath

/// How the values of a saliency map become the levels of a mask.
public enum MapNormalization: String, Sendable, CaseIterable, Codable {
  /// Stretched from the map's least to its greatest value, and truncated to 8 bits, as by U²-Net's authors.
  ///
  /// Trap: where the network finds nothing, its noise is stretched to a mask, too.
  case minMax = "min-max"
  /// The probabilities as they are, rounded to 8 bits.
  case identity

  /// The values of a map in 0 … 1. NaN becomes 0, and so does every value of a map that cannot be stretched.
  ///
  /// - Parameters:
  ///   - map: the values of a map.
  ///   - areProbabilities: whether the values are probabilities. Otherwise they are logits, which go through a sigmoid
  ///     where they are not stretched.
  public func applied(to map: [Float], areProbabilities: Bool = true) -> [Float] {
    switch self {
    case .minMax: Mask.minMaxNormalized(map)
    case .identity:
      map.map { value in
        value.isNaN ? 0 : areProbabilities ? min(1, max(0, value)) : 1 / (1 + expf(-value))
      }
    }
  }

  /// The levels of a map, 0 … 255.
  func levels(of map: [Float], areProbabilities: Bool) -> [UInt8] {
    let half: Float = self == .minMax ? 0 : 0.5
    return applied(to: map, areProbabilities: areProbabilities).map { UInt8($0 * 255 + half) }
  }
}
