import Tensors

extension Shape {
  /// The tiles of 4×4 pixels that cover every image of activations, each map counted once.
  var winogradTiles: Int { batch * height.dividedRoundingUp(by: 4) * width.dividedRoundingUp(by: 4) }
}

/// The weights' side of Winograd's F(4×4, 3×3), with the points 0, ±1, ±2 and infinity (Lavin and Gray 2016).
enum WinogradTransform {
  /// Products of one tile: 6 × 6.
  static let taps = 36

  private static let g: [[Double]] = [
    [1.0 / 4, 0, 0], [-1.0 / 6, -1.0 / 6, -1.0 / 6], [-1.0 / 6, 1.0 / 6, -1.0 / 6], [1.0 / 24, 1.0 / 12, 1.0 / 6],
    [1.0 / 24, -1.0 / 12, 1.0 / 6], [0, 0, 1],
  ]

  /// G w Gᵀ of 3×3 weights, both row-major.
  static func weights(_ w: [Double]) -> [Double] {
    // rows[i][x] = Σ_y G[i][y] w[y][x]
    let rows = g.map { g in (0..<3).map { x in g[0] * w[x] + g[1] * w[3 + x] + g[2] * w[6 + x] } }
    return rows.flatMap { row in g.map { g in g[0] * row[0] + g[1] * row[1] + g[2] * row[2] } }
  }
}
