/// What the 256 levels of an 8-bit map stand for.
///
/// An 8-bit map takes 256 values, so every measure that does not depend on where a pixel lies is a sum over levels.
struct LevelTable {
  /// level / 255, min–max normalized unless the map is flat: in 0 … 1. Levels that the map does not hold mean nothing.
  let probabilities: [Double]
  /// trunc(255 · probability): what thresholds are compared with.
  let quantized: [Int]
  /// The least level whose probability is at least ½; 256 where there is none.
  let half: Int

  /// The table of a map whose least and greatest level are these.
  init(least: Int, most: Int) {
    // In this order of operations, rounding is the reference's: a threshold must not fall on the other side.
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
