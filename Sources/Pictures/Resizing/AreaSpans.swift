/// The pixels of an axis in each cell of a coarser grid, and how much of the cell each pixel covers.
package struct AreaSpans: Sendable {
  private let source: Int
  private let target: Int
  private let scale: Double

  /// The spans of `target` cells over `source` pixels; there are no more cells than pixels.
  package init(from source: Int, to target: Int) {
    precondition(target > 0 && target <= source, "\(source) pixels cannot be averaged to \(target)")
    (self.source, self.target) = (source, target)
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

  /// The spans as tables for C: the first pixel and the number of pixels of each cell, and the fractions of all pixels.
  var table: (starts: [Int32], counts: [Int32], weights: [Float]) {
    var (starts, counts, weights): ([Int32], [Int32], [Float]) = ([], [], [])
    for cell in 0..<target {
      let before = weights.count
      forEach(cell) { pixel, weight in
        if weights.count == before { starts.append(Int32(pixel)) }
        weights.append(weight)
      }
      counts.append(Int32(weights.count - before))
    }
    return (starts, counts, weights)
  }
}
