/// The transform of weights in Winograd's F(4×4, 3×3) with the points 0, ±1, ±2 and infinity (Lavin and Gray 2016): G w
/// Gᵀ. Reuse one value for many filters: its arrays are allocated once.
struct WinogradTransform {
  /// The number of products of a tile, 6 × 6.
  static let taps = 36

  /// G, six rows of three.
  private let g: [Double] = [
    1.0 / 4, 0, 0, -1.0 / 6, -1.0 / 6, -1.0 / 6, -1.0 / 6, 1.0 / 6, -1.0 / 6, 1.0 / 24, 1.0 / 12, 1.0 / 6,
    1.0 / 24, -1.0 / 12, 1.0 / 6, 0, 0, 1,
  ]
  /// G w, six rows of three.
  private var rows = [Double](repeating: 0, count: 18)
  /// The 36 transformed weights of the last filter, row-major.
  private(set) var products = [Double](repeating: 0, count: taps)

  /// Transforms a row-major 3×3 filter multiplied by `scale`.
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
