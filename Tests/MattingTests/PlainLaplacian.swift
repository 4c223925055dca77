internal import Tensors

/// The matting Laplacian of whole pictures by its definition, in Double.
struct PlainLaplacian {
  private let guide: [SIMD4<Float>]
  private let size: Size
  private let epsilon: Double

  init(_ guide: [SIMD4<Float>], _ size: Size, epsilon: Double) {
    (self.guide, self.size, self.epsilon) = (guide, size, epsilon)
  }

  /// For each window: the part of p that no affine function of the colours explains, by normal equations in Double.
  func times(_ p: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: p.count)
    for y in 1..<size.height - 1 {
      for x in 1..<size.width - 1 {
        let window = (-1...1).flatMap { dy in (-1...1).map { dx in (y + dy) * size.width + x + dx } }
        let colors = window.map { SIMD3<Double>(Double(guide[$0].x), Double(guide[$0].y), Double(guide[$0].z)) }
        let mean = colors.reduce(.zero, +) / 9
        var matrix = [[Double]](repeating: [0, 0, 0], count: 3)
        for color in colors {
          let d = color - mean
          for i in 0..<3 { for j in 0..<3 { matrix[i][j] += d[i] * d[j] / 9 } }
        }
        for i in 0..<3 { matrix[i][i] += epsilon / 9 }
        for (i, own) in zip(window, colors) {
          let v = Self.solve(matrix, own - mean)
          for (j, other) in zip(window, colors) {
            let product: Double = (v * (other - mean)).sum()
            result[i] += ((i == j ? 1.0 : 0.0) - (1 + product) / 9) * p[j]
          }
        }
      }
    }
    return result
  }

  /// By Gauss's elimination.
  private static func solve(_ matrix: [[Double]], _ right: SIMD3<Double>) -> SIMD3<Double> {
    var (m, v) = (matrix, right)
    for i in 0..<3 {
      for j in i + 1..<3 {
        let factor = m[j][i] / m[i][i]
        for k in i..<3 { m[j][k] -= factor * m[i][k] }
        v[j] -= factor * v[i]
      }
    }
    for i in (0..<3).reversed() {
      for k in i + 1..<3 { v[i] -= m[i][k] * v[k] }
      v[i] /= m[i][i]
    }
    return v
  }
}
