package import Pictures

/// A picture's mask that the device has made, and what its map was before it was normalized.
package struct RenderedMask: Sendable, Equatable {
  /// The mask, of the picture's size.
  package let mask: Mask
  /// The range of the map.
  package let range: MapRange
}

/// The range of a map's values, before they are normalized.
package struct MapRange: Sendable, Equatable {
  /// The least finite value; +∞ if there is none.
  package let least: Float
  /// The greatest finite value; −∞ if there is none.
  package let greatest: Float
  /// The number of values that stand for a probability of at least ½.
  package let halfCount: Int
  /// The number of all values.
  package let count: Int

  /// The range of a map.
  ///
  /// - Parameter areProbabilities: whether the values are probabilities; otherwise they are logits.
  package init(of map: [Float], areProbabilities: Bool) {
    let half = Self.half(areProbabilities: areProbabilities)
    var (least, greatest, halves) = (Float.infinity, -Float.infinity, 0)
    map.withUnsafeBufferPointer { map in
      for value in map {
        halves &+= value >= half ? 1 : 0
        if value.isFinite {
          least = min(least, value)
          greatest = max(greatest, value)
        }
      }
    }
    (self.least, self.greatest, halfCount, count) = (least, greatest, halves, map.count)
  }

  init(least: Float, greatest: Float, halfCount: Int, count: Int) {
    (self.least, self.greatest, self.halfCount, self.count) = (least, greatest, halfCount, count)
  }

  /// The value that stands for a probability of ½.
  static func half(areProbabilities: Bool) -> Float { areProbabilities ? 0.5 : 0 }
}
