internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The weighted F-measure (Margolin 2014), β² = 1: errors count less where neighbours make up for them, and more far
/// from the object.
struct WeightedFMeasure {
  private let pair: SaliencyPair
  /// The error of a level on the background; on the foreground it is one minus that.
  private let probabilities: [Double]
  private let foreground: Int

  init(_ pair: SaliencyPair, _ table: LevelTable, foreground: Int) {
    self.pair = pair
    probabilities = table.probabilities
    self.foreground = foreground
  }

  /// The measure; 0 where the ground truth is empty.
  var value: Double {
    guard foreground > 0 else { return 0 }
    var errors = [Double](repeating: 0, count: pair.map.count)
    let falsePositives = spreadErrors(into: &errors)
    let misses = missedForeground(errors)
    let count = Double(foreground)
    let truePositives = count - misses
    let recall = 1 - misses / count
    let precision = truePositives / (truePositives + falsePositives + epsilon)
    return 2 * recall * precision / (recall + precision + epsilon)
  }

  /// Fills in each pixel's error: its own on the foreground, the nearest foreground pixel's elsewhere. Beyond the
  /// Gaussian's reach of the foreground nothing is filled in.
  ///
  /// - Returns: the background's own errors, weighted by distance.
  private func spreadErrors(into errors: inout [Double]) -> Double {
    let nearest = NearestForeground(pair.mask, size: pair.size)
    var scratch = NearestForeground.Scratch(width: pair.size.width)
    let surroundings = Surroundings(of: pair, reach: Gaussian.reach)
    var sum = 0.0
    errors.withUnsafeMutableBufferPointer { errors in
      pair.map.withUnsafeBufferPointer { map in
        probabilities.withUnsafeBufferPointer { probabilities in
          Importance.table.withUnsafeBufferPointer { importance in
            for y in 0..<pair.size.height {
              let start = y &* pair.size.width
              let row = UnsafeBufferPointer(rebasing: map[start..<start + pair.size.width])
              // Elsewhere the map is right, and no mean is taken of it.
              let columns = surroundings.columns(ofRow: y, joined: row) { probabilities[Int($0)] > 0 }
              nearest.forEach(inRow: y, columns: columns, &scratch) { x, site in
                errors[start &+ x] = 1 - probabilities[Int(map[site.index])]
                guard site.distance > 0 else { return }
                let own = probabilities[Int(map[start &+ x])]
                guard own > 0 else { return }
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

  /// The foreground's errors, each no larger than the Gaussian mean of those around it.
  private func missedForeground(_ errors: [Double]) -> Double {
    let (height, width) = (pair.size.height, pair.size.width)
    let (taps, reach) = (Gaussian.taps, Gaussian.reach)
    var sum = 0.0
    // Zeros on both sides stand for what lies beyond the border.
    var column = [Double](repeating: 0, count: width + 2 * reach)
    pair.mask.withUnsafeBufferPointer { mask in
      errors.withUnsafeBufferPointer { errors in
        column.withUnsafeMutableBufferPointer { column in
          for y in 0..<height {
            let row = UnsafeBufferPointer(rebasing: mask[y * width..<(y + 1) * width])
            guard let first = row.firstIndex(where: { $0 > 128 }), let last = row.lastIndex(where: { $0 > 128 })
            else { continue }
            let span = max(0, first - reach)...min(width - 1, last + reach)
            for x in span { column[x &+ reach] = 0 }
            for step in -reach...reach where (0..<height).contains(y + step) {
              let (tap, line) = (taps[step + reach], (y + step) * width)
              for x in span { column[x &+ reach] += tap * errors[line &+ x] }
            }
            for x in first...last where row[x] > 128 {
              let mean =
                taps[0] * column[x] + taps[1] * column[x &+ 1] + taps[2] * column[x &+ 2] + taps[3] * column[x &+ 3]
                + taps[4] * column[x &+ 4] + taps[5] * column[x &+ 5] + taps[6] * column[x &+ 6]
              sum += min(errors[y &* width &+ x], mean)
            }
          }
        }
      }
    }
    return sum
  }

  /// The rectangle around the foreground, and as far again as the Gaussian reaches.
  private struct Surroundings {
    private let rows: Range<Int>
    private let columns: Range<Int>

    init(of pair: SaliencyPair, reach: Int) {
      let (height, width) = (pair.size.height, pair.size.width)
      var (top, bottom, left, right) = (height, 0, width, 0)
      pair.mask.withUnsafeBufferPointer { mask in
        for y in 0..<height {
          let row = UnsafeBufferPointer(rebasing: mask[y * width..<(y + 1) * width])
          guard let first = row.firstIndex(where: { $0 > 128 }), let last = row.lastIndex(where: { $0 > 128 })
          else { continue }
          (top, bottom) = (min(top, y), y + 1)
          (left, right) = (min(left, first), max(right, last + 1))
        }
      }
      rows = max(0, top - reach)..<max(min(height, bottom + reach), max(0, top - reach))
      columns = max(0, left - reach)..<max(min(width, right + reach), max(0, left - reach))
    }

    /// The rectangle's columns of a row, and all from the first to the last pixel that counts.
    func columns(
      ofRow y: Int, joined row: UnsafeBufferPointer<UInt8>, where counts: (UInt8) -> Bool
    ) -> Range<Int> {
      let inside = rows.contains(y) ? columns : nil
      guard let first = row.firstIndex(where: counts), let last = row.lastIndex(where: counts) else {
        return inside ?? 0..<0
      }
      return min(first, inside?.lowerBound ?? first)..<max(last + 1, inside?.upperBound ?? 0)
    }
  }

  /// MATLAB's `fspecial('gaussian', 7, 5)`, which is the product of one axis with the other.
  private enum Gaussian {
    static let reach = 3
    /// One axis; they sum to 1.
    static let taps: [Double] = {
      let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * 5 * 5)) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }()
  }

  /// What an error counts for by its distance from the foreground: 2 − exp(ln ½ / 5 · distance).
  private enum Importance {
    /// By the squared distance, for distances below 128.
    static let table = (0..<128 * 128).map { weight(squaredDistance: $0) }

    static func weight(squaredDistance: Int) -> Double {
      2 - exp(log(0.5) / 5 * Double(squaredDistance).squareRoot())
    }
  }
}
