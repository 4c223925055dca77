import Pictures
import Tensors

/// A level of the pyramid of `ForegroundEstimation`, or a part of one: its cells, and the current estimates.
struct ForegroundLevel {
  private let means: CellMeans
  private var foreground: [SIMD4<Float>]
  private var background: [SIMD4<Float>]

  private var size: Size { means.size }

  /// - Parameter coarser: the level of half the size, or a part of it that covers this one; nil for the coarsest level.
  init(_ means: CellMeans, from coarser: ForegroundLevel?) {
    self.means = means
    if let coarser {
      foreground = Self.doubled(coarser.foreground, coarser, to: means)
      background = Self.doubled(coarser.background, coarser, to: means)
    } else {
      foreground = means.cells.map { $0.color }
      background = foreground
    }
  }

  private static func doubled(
    _ values: [SIMD4<Float>], _ coarser: ForegroundLevel, to means: CellMeans
  ) -> [SIMD4<Float>] {
    let (size, origin) = (means.size, means.origin)
    let (coarse, start) = (coarser.size, coarser.means.origin)
    return [SIMD4<Float>](unsafeUninitializedCapacity: size.height * size.width) { result, initialized in
      values.withUnsafeBufferPointer { values in
        for y in 0..<size.height {
          let row = min((origin.y + y) / 2 - start.y, coarse.height - 1) * coarse.width
          for x in 0..<size.width {
            let parent = row + min((origin.x + x) / 2 - start.x, coarse.width - 1)
            result.initializeElement(at: y * size.width + x, to: values[parent])
          }
        }
      }
      initialized = size.height * size.width
    }
  }

  /// The foreground's colour of a cell, by its place in the level.
  func foreground(at x: Int, _ y: Int) -> SIMD4<Float> {
    foreground[(y - means.origin.y) * size.width + x - means.origin.x]
  }

  /// Sets the foreground F and background B of cells to the minimum of the energy for fixed neighbours:
  ///
  /// (α F + (1 − α) B − I)² + Σ (r + g |α − α′|) · ((F − F′)² + (B − B′)²), summed over the four neighbours, where r is
  /// `smoothness` and g is `gradientWeight`.
  ///
  /// - Parameters:
  ///   - iterations: the number of sweeps.
  ///   - onlyMixed: whether only the cells near an edge are computed.
  mutating func relax(_ estimation: ForegroundEstimation, iterations: Int, onlyMixed: Bool) {
    let (width, height) = (size.width, size.height)
    let (smoothness, gradientWeight) = (estimation.smoothness, estimation.gradientWeight)
    let chosen = onlyMixed ? nearEdges() : [UInt8](repeating: 1, count: width * height)
    chosen.withUnsafeBufferPointer { chosen in
      means.cells.withUnsafeBufferPointer { cells in
        foreground.withUnsafeMutableBufferPointer { foreground in
          background.withUnsafeMutableBufferPointer { background in
            for _ in 0..<iterations {
              for y in 0..<height {
                for x in 0..<width where chosen[y * width + x] != 0 {
                  let i = y * width + x
                  let (color, alpha) = (cells[i].color, cells[i].alpha)
                  var (weights, f, b) = (Float(0), SIMD4<Float>.zero, SIMD4<Float>.zero)
                  @inline(__always) func add(_ j: Int) {
                    let weight = smoothness + gradientWeight * abs(alpha - cells[j].alpha)
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
                  f += color * alpha
                  b += color * rest
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

  /// The distance, in cells, from an edge within which estimates are of use: two cells show the foreground's colour
  /// around the matte, and one more is their neighbour.
  private static let reach = 3

  /// 1 for every cell within `reach` of one whose alpha is neither 0 nor 1, or differs from its neighbour's; else 0.
  private func nearEdges() -> [UInt8] {
    let (width, height, reach) = (size.width, size.height, Self.reach)
    var (edges, along) = ([UInt8](repeating: 0, count: width * height), [UInt8](repeating: 0, count: width * height))
    // Beside each other, so that several are compared at once.
    let alphas = means.cells.map { $0.alpha }
    alphas.withUnsafeBufferPointer { alphas in
      edges.withUnsafeMutableBufferPointer { edges in
        for i in 0..<width * height { edges[i] = alphas[i] > 0 && alphas[i] < 1 ? 1 : 0 }
        for i in 0..<width * (height - 1) { edges[i] |= alphas[i] != alphas[i + width] ? 1 : 0 }
        for y in 0..<height {
          for i in y * width..<(y + 1) * width - 1 { edges[i] |= alphas[i] != alphas[i + 1] ? 1 : 0 }
        }
        along.withUnsafeMutableBufferPointer { along in
          for y in 0..<height {
            for shift in -reach...reach {
              for x in max(0, -shift)..<max(max(0, -shift), min(width, width - shift)) {
                along[y * width + x] |= edges[y * width + x + shift]
              }
            }
          }
          for y in 0..<height {
            let target = UnsafeMutableBufferPointer(rebasing: edges[y * width..<(y + 1) * width])
            target.update(repeating: 0)
            for line in max(0, y - reach)...min(height - 1, y + reach) {
              for x in 0..<width { target[x] |= along[line * width + x] }
            }
          }
        }
      }
    }
    return edges
  }
}
