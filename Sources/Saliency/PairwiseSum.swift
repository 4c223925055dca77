internal import Tensors

/// The sum of a rectangle of equal values, rounded as NumPy 2.3 adds float64.
///
/// The reference computes the variance of a block of one level from such a sum. Whether the variance is exactly 0
/// decides between a similarity of 1 and of 0. Nothing else depends on the order of additions.
enum PairwiseSum {
  /// The number of values that NumPy copies at once from an array whose rows are not contiguous.
  private static let buffer = 8192

  /// The sum of a block of a picture of width `width`.
  static func of(_ value: Double, in block: Size, ofPictureOfWidth width: Int) -> Double {
    let count = block.height * block.width
    // Contiguous rows, or rows of one pixel, are one long row.
    if block.width == width || block.width == 1 || block.height == 1 { return of(value, count: count) }
    let step = max(1, buffer / block.width) * block.width
    return stride(from: 0, to: count, by: step).reduce(0) { $0 + of(value, count: min(step, count - $1)) }
  }

  /// `pairwise_sum` of numpy/_core/src/umath/loops_utils.h.src.
  private static func of(_ value: Double, count: Int) -> Double {
    if count < 8 { return (0..<count).reduce(0) { sum, _ in sum + value } }
    if count <= 128 {
      let lane = (0..<count / 8).reduce(0) { sum, _ in sum + value }
      let lanes = ((lane + lane) + (lane + lane)) + ((lane + lane) + (lane + lane))
      return (0..<count % 8).reduce(lanes) { sum, _ in sum + value }
    }
    let half = count / 2 - count / 2 % 8
    return of(value, count: half) + of(value, count: count - half)
  }
}
