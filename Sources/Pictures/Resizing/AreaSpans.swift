/// The pixels of an axis in each cell of a coarser grid, and how much of the cell each pixel covers.
package struct AreaSpans: Sendable {
  private let source: Int
  private let scale: Double

  /// The spans of `target` cells over `source` pixels; there are no more cells than pixels.
  package init(from source: Int, to target: Int) {
    precondition(target > 0 && target <= source, "\(source) pixels cannot be averaged to \(target)")
    self.source = source
    scale = Double(source) / Double(target)
  }

  /// Calls `body` with each pixel in a cell and the fraction of the cell that it covers; the fractions sum to 1.
  @inline(__always)
  package func forEach(_ cell: Int, _ body: (_ pixel: Int, _ weight: Float) -> Void) {
    let (start, end) = (Double(cell) * scale, Double(cell + 1) * scale)
    var pixel = Int(start)
    while pixel < source, Double(pixel) < end - 1e-9 {
      let covered = min(end, Double(pixel + 1)) - max(start, Double(pixel))
      body(pixel, Float(covered / scale))
      pixel += 1
    }
  }
}
