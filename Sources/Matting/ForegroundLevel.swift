internal import Pictures
internal import Tensors

/// A level of the pyramid of `ForegroundEstimation`, or a part of one: colours, alphas, and the current estimates.
struct ForegroundLevel {
  /// The position of the part in the level, in the level's pixels.
  let origin: (x: Int, y: Int)
  let size: Size
  private let colors: [SIMD4<Float>]
  private let alphas: [Float]
  private(set) var foreground: [SIMD4<Float>]
  private var background: [SIMD4<Float>]

  /// - Parameters:
  ///   - colors: the colours, `[height, width]`, with 1 as the fourth component.
  ///   - alphas: the alphas, `[height, width]`, 0 … 1.
  ///   - coarser: the level of half the size, or a part of it that covers this one; nil for the coarsest level.
  init(
    origin: (x: Int, y: Int) = (0, 0), size: Size, colors: [SIMD4<Float>], alphas: [Float],
    from coarser: ForegroundLevel?
  ) {
    self.origin = origin
    self.size = size
    self.colors = colors
    self.alphas = alphas
    guard let coarser else {
      (foreground, background) = (colors, colors)
      return
    }
    foreground = []
    background = []
    foreground.reserveCapacity(colors.count)
    background.reserveCapacity(colors.count)
    for y in 0..<size.height {
      let row = min((origin.y + y) / 2 - coarser.origin.y, coarser.size.height - 1) * coarser.size.width
      for x in 0..<size.width {
        let parent = row + min((origin.x + x) / 2 - coarser.origin.x, coarser.size.width - 1)
        foreground.append(coarser.foreground[parent])
        background.append(coarser.background[parent])
      }
    }
  }

  /// The colours and alphas of the level of half the size, averaged two by two.
  static func halved(
    _ size: Size, _ colors: [SIMD4<Float>], _ alphas: [Float]
  ) -> (size: Size, colors: [SIMD4<Float>], alphas: [Float]) {
    let half = Size(height: (size.height + 1) / 2, width: (size.width + 1) / 2)
    var (means, alphaMeans) = ([SIMD4<Float>](), [Float]())
    means.reserveCapacity(half.height * half.width)
    alphaMeans.reserveCapacity(half.height * half.width)
    for y in 0..<half.height {
      let (above, below) = (2 * y * size.width, min(2 * y + 1, size.height - 1) * size.width)
      for x in 0..<half.width {
        let (left, right) = (2 * x, min(2 * x + 1, size.width - 1))
        means.append((colors[above + left] + colors[above + right] + colors[below + left] + colors[below + right]) / 4)
        alphaMeans.append(
          (alphas[above + left] + alphas[above + right] + alphas[below + left] + alphas[below + right]) / 4)
      }
    }
    return (half, means, alphaMeans)
  }

  /// Sets every pixel's foreground F and background B to the minimum of the energy for fixed neighbours:
  ///
  /// (α F + (1 − α) B − I)² + Σ (r + g |α − α′|) · ((F − F′)² + (B − B′)²), summed over the four neighbours, where r is
  /// `smoothness` and g is `gradientWeight`.
  mutating func relax(iterations: Int, smoothness: Float, gradientWeight: Float) {
    let (width, height) = (size.width, size.height)
    colors.withUnsafeBufferPointer { colors in
      alphas.withUnsafeBufferPointer { alphas in
        foreground.withUnsafeMutableBufferPointer { foreground in
          background.withUnsafeMutableBufferPointer { background in
            for _ in 0..<iterations {
              for y in 0..<height {
                for x in 0..<width {
                  let i = y * width + x
                  let alpha = alphas[i]
                  var (weights, f, b) = (Float(0), SIMD4<Float>.zero, SIMD4<Float>.zero)
                  @inline(__always) func add(_ j: Int) {
                    let weight = smoothness + gradientWeight * abs(alpha - alphas[j])
                    weights += weight
                    f += foreground[j] * weight
                    b += background[j] * weight
                  }
                  if x > 0 { add(i - 1) }
                  if x + 1 < width { add(i + 1) }
                  if y > 0 { add(i - width) }
                  if y + 1 < height { add(i + width) }
                  let rest = 1 - alpha
                  let (ff, fb, bb) = (alpha * alpha + weights, alpha * rest, rest * rest + weights)
                  let scale = 1 / max(ff * bb - fb * fb, 1e-12)
                  f += colors[i] * alpha
                  b += colors[i] * rest
                  foreground[i] = ((f * bb - b * fb) * scale).clamped(to: 1)
                  background[i] = ((b * ff - f * fb) * scale).clamped(to: 1)
                }
              }
            }
          }
        }
      }
    }
  }
}
