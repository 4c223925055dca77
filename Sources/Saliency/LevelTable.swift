/// The probabilities of the 256 levels of an 8-bit map. Every measure that does not depend on the position of pixels is
/// a sum over levels.
struct LevelTable {
  /// The probability of each level: level / 255, min–max normalized unless the map is flat. Meaningless for levels that
  /// do not occur.
  let probabilities: [Double]
  /// trunc(255 · probability), which is compared with thresholds.
  let quantized: [Int]
  /// The least level of a probability of at least ½; 256 if there is none.
  let half: Int

  /// The table of a map with this least and greatest level.
  init(least: Int, most: Int) {
    // This order of operations rounds as the reference does, so that no level changes sides of a threshold.
    let (low, high) = (Double(least) / 255, Double(most) / 255)
    let probabilities = (0...255).map { level in
      let value = Double(min(max(level, least), most)) / 255
      return high > low ? (value - low) / (high - low) : value
    }
    self.probabilities = probabilities
    quantized = probabilities.map { Int($0 * 255) }
    half = probabilities.firstIndex { $0 >= 0.5 } ?? 256
  }
}
