/// The weights' side of Winograd's F(4×4, 3×3), with the points 0, ±1, ±2 and infinity (Lavin and Gray 2016): G w Gᵀ.
/// One value is used for many filters, so that nothing is allocated for each.
struct WinogradTransform {
  /// Products of one tile: 6 × 6.
  static let taps = 36

  /// G, six rows of three.
  private let g: [Double] = [
    1.0 / 4, 0, 0, -1.0 / 6, -1.0 / 6, -1.0 / 6, -1.0 / 6, 1.0 / 6, -1.0 / 6, 1.0 / 24, 1.0 / 12, 1.0 / 6,
    1.0 / 24, -1.0 / 12, 1.0 / 6, 0, 0, 1,
  ]
  /// G w, six rows of three.
  private var rows = [Double](repeating: 0, count: 18)
  /// The last filter's 36 transformed weights, row-major.
  private(set) var products = [Double](repeating: 0, count: taps)

  /// Transforms a 3×3 filter, row-major, times `scale`.
  mutating func apply(to filter: UnsafeBufferPointer<Float>, scale: Double) {
    for i in 0..<6 {
      for x in 0..<3 {
        rows[i * 3 + x] =
          (g[i * 3] * Double(filter[x]) + g[i * 3 + 1] * Double(filter[3 + x]) + g[i * 3 + 2] * Double(filter[6 + x]))
          * scale
      }
    }
    for i in 0..<6 {
      for j in 0..<6 {
        products[i * 6 + j] =
          rows[i * 3] * g[j * 3] + rows[i * 3 + 1] * g[j * 3 + 1] + rows[i * 3 + 2] * g[j * 3 + 2]
      }
    }
  }
}
