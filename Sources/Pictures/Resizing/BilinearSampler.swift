internal import Tensors

/// Resizes as U²-Net's authors do: bilinear between pixel centres, without antialiasing, in float32.
///
/// Target pixel x is at source position (x + ½) · source / target − ½, as in `resize(order=1, anti_aliasing=False)` of
/// scikit-image, which the authors call.
struct BilinearSampler {
  /// The pixels outside the picture.
  enum Border {
    /// The nearest pixel of the border (`mode='edge'` of scikit-image).
    case repeated
    /// Zeros (`mode='constant'`).
    case zero
  }

  /// The two source pixels of a target pixel. Outside the picture it is the border pixel, with weight 0 for `.zero`.
  private struct Pair {
    var lower: Int
    var upper: Int
    var lowerWeight: Float
    var upperWeight: Float
  }

  private let source: Size
  private let columns: [Pair]
  private let rows: [Pair]

  /// A sampler between two sizes, neither of which is empty.
  init(from source: Size, to target: Size, border: Border) {
    self.source = source
    self.columns = Self.pairs(from: source.width, to: target.width, border)
    self.rows = Self.pairs(from: source.height, to: target.height, border)
  }

  private static func pairs(from source: Int, to target: Int, _ border: Border) -> [Pair] {
    (0..<target).map { index in
      let position = (Double(index) + 0.5) * Double(source) / Double(target) - 0.5
      let floor = position.rounded(.down)
      let (lower, fraction) = (Int(floor), Float(position - floor))
      let upper = lower + 1
      let isZero = border == .zero
      return Pair(
        lower: max(0, lower), upper: min(source - 1, upper), lowerWeight: isZero && lower < 0 ? 0 : 1 - fraction,
        upperWeight: isZero && upper >= source ? 0 : fraction)
    }
  }

  /// Resizes samples `[height, width, channels]` to planes `[3, height, width]` of the first three channels, multiplied
  /// by `scale`.
  func sample<Sample: FixedWidthInteger>(
    _ samples: [Sample], channels: Int, scale: Float, into planes: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(samples.count == source.height * source.width * channels)
    let plane = rows.count * columns.count
    precondition(planes.count == 3 * plane)
    samples.withUnsafeBufferPointer { samples in
      for (y, row) in rows.enumerated() {
        let (above, below) = (row.lower * source.width, row.upper * source.width)
        for (x, column) in columns.enumerated() {
          for channel in 0..<3 {
            func value(_ pixel: Int) -> Float { Float(samples[pixel * channels + channel]) }
            func blend(_ line: Int) -> Float {
              value(line + column.lower) * column.lowerWeight + value(line + column.upper) * column.upperWeight
            }
            planes[channel * plane + y * columns.count + x] =
              (blend(above) * row.lowerWeight + blend(below) * row.upperWeight) * scale
          }
        }
      }
    }
  }
}
