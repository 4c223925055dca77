internal import Foundation
internal import Tensors

/// The errors of a matte by the measures of matting benchmarks (Rhemann and others, 2009).
struct MattingErrors {
  /// The sum of absolute differences, in thousands.
  let sad: Double
  /// The sum of squared differences of the gradients' magnitudes, by Gaussian derivatives of σ 1.4, in thousands.
  let gradient: Double

  init(_ alpha: [Float], against truth: [Float], size: Size) {
    sad = zip(alpha, truth).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / 1000
    let (a, b) = (Self.gradient(of: alpha, size), Self.gradient(of: truth, size))
    gradient = zip(a, b).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / 1000
  }

  private static let sigma = 1.4
  private static let radius = 5

  private static func gradient(of values: [Float], _ size: Size) -> [Float] {
    let smooth = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let slope = (-radius...radius).map { -Double($0) * exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    // Of unit energy as filters of two dimensions, as in the benchmark's code.
    let energy = (smooth.reduce(0) { $0 + $1 * $1 } * slope.reduce(0) { $0 + $1 * $1 }).squareRoot()
    let x = filter(values, size, along: slope.map { Float($0 / energy) }, down: smooth.map { Float($0) })
    let y = filter(values, size, along: smooth.map { Float($0) }, down: slope.map { Float($0 / energy) })
    return zip(x, y).map { ($0 * $0 + $1 * $1).squareRoot() }
  }

  private static func filter(_ values: [Float], _ size: Size, along: [Float], down: [Float]) -> [Float] {
    let width = size.width
    let rows = (0..<values.count).mapInParallelRows(width) { i, x in
      along.indices.reduce(Float(0)) { $0 + along[$1] * values[i - x + min(width - 1, max(0, x + $1 - radius))] }
    }
    return (0..<values.count).mapInParallelRows(width) { i, x in
      down.indices.reduce(Float(0)) {
        $0 + down[$1] * rows[min(size.height - 1, max(0, i / width + $1 - radius)) * width + x]
      }
    }
  }
}

extension Range<Int> {
  /// `transform(i, i % width)` of every index.
  fileprivate func mapInParallelRows(_ width: Int, _ transform: (_ i: Int, _ x: Int) -> Float) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { values, initialized in
      nonisolated(unsafe) let values = values
      inParallel(count / width) { y in
        for x in 0..<width { values.initializeElement(at: y * width + x, to: transform(y * width + x, x)) }
      }
      initialized = count
    }
  }
}
