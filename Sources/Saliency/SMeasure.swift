internal import Tensors

/// The structure measure (Fan 2017) with α = ½: the mean of an object-aware and a region-aware similarity.
struct SMeasure {
  private let histogram: JointHistogram
  private let probabilities: [Double]
  private let size: Size

  init(_ histogram: JointHistogram, _ table: LevelTable, size: Size) {
    self.histogram = histogram
    probabilities = table.probabilities
    self.size = size
  }

  /// The size of the block at upper left: one past the foreground's centroid, which is rounded half to even.
  static func split(of foreground: BitMask, count: Int) -> Size {
    guard count > 0 else { return foreground.size }
    let sums = foreground.coordinateSums
    func end(_ sum: Int) -> Int { Int((Double(sum) / Double(count)).rounded(.toNearestOrEven)) + 1 }
    return Size(height: end(sums.y), width: end(sums.x))
  }

  /// The measure of the whole picture.
  var value: Double {
    let foreground = histogram.whole.foreground.reduce(0, +)
    let pixels = size.height * size.width
    let all = Moments(histogram.whole.all, probabilities)
    if foreground == 0 { return 1 - all.mean }
    if foreground == pixels { return all.mean }
    return max(0, 0.5 * object(share: Double(foreground) / Double(pixels)) + 0.5 * region)
  }

  /// Sₒ: the scores of foreground and background, weighted by area.
  private func object(share: Double) -> Double {
    func score(_ levels: [Int], _ values: [Double]) -> Double {
      let moments = Moments(levels, values)
      let deviation = moments.count > 1 ? (moments.squares / Double(moments.count - 1)).squareRoot() : 0
      return 2 * moments.mean / (moments.mean * moments.mean + 1 + deviation + epsilon)
    }
    return share * score(histogram.whole.foreground, probabilities)
      + (1 - share) * score(histogram.whole.background, probabilities.map { 1 - $0 })
  }

  /// Sᵣ: the structural similarity of the four blocks, weighted by area; empty blocks do not count.
  private var region: Double {
    let area = Double(size.height * size.width)
    var weights = histogram.blocks.map { Double($0.size.height * $0.size.width) / area }
    weights[3] = 1 - weights[0] - weights[1] - weights[2]
    return zip(histogram.blocks, weights).reduce(0) { sum, pair in
      pair.0.size.height * pair.0.size.width > 0 ? sum + pair.1 * similarity(pair.0) : sum
    }
  }

  /// 4·x̄·ȳ·σxy / ((x̄² + ȳ²)(σx² + σy²)) with variances over N − 1; 1 if numerator and denominator are 0.
  private func similarity(_ block: JointHistogram.Block) -> Double {
    let pixels = block.size.height * block.size.width
    let prediction = Moments(block.counts.all, probabilities)
    let foreground = block.counts.foreground.reduce(0, +)
    let truth = Double(foreground) / Double(pixels)
    let degrees = Double(pixels - 1) + epsilon
    var shared = 0.0
    var truthSquares = 0.0
    if foreground > 0 && foreground < pixels {
      for level in 0..<256 {
        let (on, off) = (Double(block.counts.foreground[level]), Double(block.counts.background[level]))
        shared += (probabilities[level] - prediction.mean) * (on * (1 - truth) - off * truth)
      }
      truthSquares = Double(foreground) * (1 - truth) * (1 - truth) + Double(pixels - foreground) * truth * truth
    }
    let a = 4 * prediction.mean * truth * (shared / degrees)
    let b =
      (prediction.mean * prediction.mean + truth * truth) * (prediction.squares / degrees + truthSquares / degrees)
    if a != 0 { return a / (b + epsilon) }
    return b == 0 && !isUneven(block, prediction) ? 1 : 0
  }

  /// Whether the reference finds a variance in a block of one level, because its mean is rounded.
  private func isUneven(_ block: JointHistogram.Block, _ prediction: Moments) -> Bool {
    let level = prediction.mean
    guard prediction.squares == 0, level != 0 else { return false }
    let sum = PairwiseSum.of(level, in: block.size, ofPictureOfWidth: size.width)
    return sum / Double(block.size.height * block.size.width) != level
  }
}

/// The mean of a histogram, and the sum of squared differences from it.
struct Moments {
  let count: Int
  let mean: Double
  let squares: Double

  /// - Parameters:
  ///   - levels: how often each level occurs; at least one does.
  ///   - values: the value of each level.
  init(_ levels: [Int], _ values: [Double]) {
    let count = levels.reduce(0, +)
    let occurring = levels.indices.filter { levels[$0] > 0 }
    // A single value is its own mean, without rounding.
    let mean =
      occurring.count == 1
      ? values[occurring[0]] : occurring.reduce(0) { $0 + Double(levels[$1]) * values[$1] } / Double(count)
    self.count = count
    self.mean = mean
    squares = occurring.reduce(0) { sum, level in
      let distance = values[level] - mean
      return sum + Double(levels[level]) * distance * distance
    }
  }
}

extension JointHistogram.Counts {
  /// The pixels of each level, on foreground and background.
  var all: [Int] { zip(foreground, background).map { $0 + $1 } }
}
