/// The position of pixels between the centres of cells; pixels beyond the outermost centres are taken to be on them.
package struct CellSampler: Sendable {
  private let last: Int
  /// The number of cells per pixel.
  package let scale: Float

  /// A sampler for an axis of `cells` cells over `pixels` pixels.
  package init(cells: Int, pixels: Int) {
    last = cells - 1
    scale = Float(Double(cells) / Double(pixels))
  }

  /// The two cells whose centres are nearest to a pixel's centre, and the pixel's position from the first to the
  /// second.
  @inline(__always)
  package subscript(pixel: Int) -> (lower: Int, upper: Int, fraction: Float) {
    let position = min(max((Float(pixel) + 0.5) * scale - 0.5, 0), Float(last))
    let lower = Int(position)
    return (lower, min(lower + 1, last), position - Float(lower))
  }
}
