internal import CMath
internal import Tensors

/// The weighted F-measure (Margolin 2014) with β² = 1. Errors count less where neighbouring pixels are right, and more
/// far from the object.
struct WeightedFMeasure {
  private let pair: SaliencyPair
  private let truth: BitMask
  private let foreground: Int
  /// The error of each level on the background; on the foreground the error is one minus that.
  private let probabilities: [Double]

  /// - Parameters:
  ///   - truth: the ground truth of the pair.
  ///   - foreground: the number of its set pixels.
  init(_ pair: SaliencyPair, _ table: LevelTable, truth: BitMask, foreground: Int) {
    self.pair = pair
    self.truth = truth
    self.foreground = foreground
    probabilities = table.probabilities
  }

  /// The measure; 0 if the ground truth is empty.
  var value: Double {
    guard foreground > 0 else { return 0 }
    var levels = pair.map
    let falsePositives = spreadForeground(in: &levels)
    let misses = missedForeground(levels)
    let count = Double(foreground)
    let truePositives = count - misses
    let recall = 1 - misses / count
    let precision = truePositives / (truePositives + falsePositives + epsilon)
    return 2 * recall * precision / (recall + precision + epsilon)
  }

  /// Sets every background pixel within the Gaussian's reach of the foreground to the level of the nearest foreground
  /// pixel, whose error it takes over.
  ///
  /// - Returns: the sum of the background's own errors, weighted by distance.
  private func spreadForeground(in levels: inout [UInt8]) -> Double {
    let leastWrong = probabilities.firstIndex { $0 > 0 } ?? 256
    let wrong = BitMask(pair.map, size: pair.size, atLeast: leastWrong)
    let wanted = truth.dilatedBySquare.combined(with: wrong, |).combined(with: truth) { $0 & ~$1 }
    let nearest = NearestForeground(pair.mask, truth)
    var scratch = NearestForeground.Scratch(width: pair.size.width)
    var sum = 0.0
    levels.withUnsafeMutableBufferPointer { levels in
      pair.map.withUnsafeBufferPointer { map in
        probabilities.withUnsafeBufferPointer { probabilities in
          Importance.table.withUnsafeBufferPointer { importance in
            for y in 0..<pair.size.height {
              let start = y &* pair.size.width
              nearest.forEach(of: wanted, inRow: y, &scratch) { x, site in
                levels[start &+ x] = map[site.index]
                let own = probabilities[Int(map[start &+ x])]
                let weight =
                  site.distance < importance.count
                  ? importance[site.distance] : Importance.weight(squaredDistance: site.distance)
                sum += own * weight
              }
            }
          }
        }
      }
    }
    return sum
  }

  /// The sum of the foreground's errors, each limited to the Gaussian mean of the errors around it.
  private func missedForeground(_ levels: [UInt8]) -> Double {
    var rows = ErrorRows(levels, size: pair.size, probabilities)
    var errors = [Double](repeating: 0, count: pair.size.width)
    var sum = 0.0
    for y in 0..<pair.size.height {
      guard let span = truth.span(ofRow: y) else { continue }
      rows.move(to: y)
      errors.withUnsafeMutableBufferPointer { errors in
        rows.filter(span, into: errors)
        truth.forEach(inRow: y) { x in sum += errors[x] }
      }
    }
    return sum
  }

  /// The weight of an error by its distance from the foreground: 2 − exp(ln ½ / 5 · distance).
  private enum Importance {
    /// The weights by squared distance, for distances below 128.
    static let table = (0..<128 * 128).map { weight(squaredDistance: $0) }

    static func weight(squaredDistance: Int) -> Double {
      2 - exp(log(0.5) / 5 * Double(squaredDistance).squareRoot())
    }
  }
}

/// MATLAB's `fspecial('gaussian', 7, 5)`, which is separable.
private enum Gaussian {
  static let reach = 3
  /// The taps of one axis from the middle outwards; all seven sum to 1.
  static let taps: [Double] = {
    let weights = (0...reach).map { exp(-Double($0 * $0) / (2 * 5 * 5)) }
    let sum = 2 * weights.reduce(0, +) - weights[0]
    return weights.map { $0 / sum }
  }()
}

/// The foreground errors of seven rows at a time, with zeros outside the picture.
private struct ErrorRows {
  private static let count = 2 * Gaussian.reach + 1

  private let levels: [UInt8]
  private let size: Size
  /// The error of each level.
  private let errors: [Double]
  /// Seven rows with `reach` zeros on either side. Row y of the picture is row y mod 7.
  private var rows: [Double]
  private var columns: [Double]
  private var middle = 0
  /// The next row to fill.
  private var next = 0

  init(_ levels: [UInt8], size: Size, _ probabilities: [Double]) {
    self.levels = levels
    self.size = size
    errors = probabilities.map { 1 - $0 }
    let width = size.width + 2 * Gaussian.reach
    rows = Array(repeating: 0, count: Self.count * width)
    columns = Array(repeating: 0, count: width)
  }

  private var width: Int { columns.count }

  /// Makes y the middle row; it must be below the last one.
  mutating func move(to y: Int) {
    middle = y
    next = max(next, y - Gaussian.reach)
    while next <= y + Gaussian.reach {
      fill(next)
      next += 1
    }
  }

  private mutating func fill(_ y: Int) {
    let start = (y + Self.count) % Self.count * width + Gaussian.reach
    guard (0..<size.height).contains(y) else {
      for x in 0..<size.width { rows[start + x] = 0 }
      return
    }
    let width = size.width
    rows.withUnsafeMutableBufferPointer { rows in
      levels.withUnsafeBufferPointer { levels in
        errors.withUnsafeBufferPointer { errors in
          for x in 0..<width { rows[start &+ x] = errors[Int(levels[y &* width &+ x])] }
        }
      }
    }
  }

  /// Writes, for a span of the middle row, the errors or the Gaussian means around them, whichever are less.
  mutating func filter(_ span: ClosedRange<Int>, into errors: UnsafeMutableBufferPointer<Double>) {
    let (width, middle) = (width, middle)
    let taps = Gaussian.taps
    let (a, b, c, d) = (taps[0], taps[1], taps[2], taps[3])
    func start(_ step: Int) -> Int { (middle + step + Self.count) % Self.count * width }
    rows.withUnsafeBufferPointer { rows in
      columns.withUnsafeMutableBufferPointer { columns in
        let above = (
          rows.baseAddress.unsafelyUnwrapped + start(-3), rows.baseAddress.unsafelyUnwrapped + start(-2),
          rows.baseAddress.unsafelyUnwrapped + start(-1)
        )
        let own = rows.baseAddress.unsafelyUnwrapped + start(0)
        let below = (
          rows.baseAddress.unsafelyUnwrapped + start(1), rows.baseAddress.unsafelyUnwrapped + start(2),
          rows.baseAddress.unsafelyUnwrapped + start(3)
        )
        for x in span.lowerBound...span.upperBound + 2 * Gaussian.reach {
          columns[x] =
            a * own[x] + b * (above.2[x] + below.0[x]) + c * (above.1[x] + below.1[x])
            + d * (above.0[x] + below.2[x])
        }
        for x in span {
          let mean =
            a * columns[x &+ 3] + b * (columns[x &+ 2] + columns[x &+ 4])
            + c * (columns[x &+ 1] + columns[x &+ 5]) + d * (columns[x] + columns[x &+ 6])
          errors[x] = min(own[x &+ Gaussian.reach], mean)
        }
      }
    }
  }
}
