internal import CPixels

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

/// The positions of an axis's pixels between the centres of cells, as tables for C.
package struct CellAxis: Sendable {
  /// For each pixel, the cell whose centre is at or before the pixel's.
  package let cells: [Int32]
  /// For each pixel, the position from that cell's centre to the next one's.
  package let fractions: [Float]
  /// The first pixel of each cell, and behind them the number of pixels.
  private let starts: [Int32]

  /// The tables of an axis of `count` cells over `pixels` pixels.
  package init(cells count: Int, pixels: Int) {
    self.init(CellSampler(cells: count, pixels: pixels), cells: 0..<count, pixels: 0..<pixels)
  }

  /// The tables of a part of an axis, whose cells are all that its pixels lie between. Both count from its start.
  init(_ sampler: CellSampler, cells part: Range<Int>, pixels: Range<Int>) {
    let places = pixels.map { sampler[$0] }
    cells = places.map { Int32($0.lower - part.lowerBound) }
    fractions = places.map { $0.fraction }
    var starts = [Int32](repeating: Int32(places.count), count: part.count + 1)
    for pixel in places.indices.reversed() { starts[Int(cells[pixel])] = Int32(pixel) }
    // A cell without pixels starts where the next one does.
    for cell in (0..<part.count).reversed() { starts[cell] = min(starts[cell], starts[cell + 1]) }
    self.starts = starts
  }

  func withC(_ body: (u2cl_cell_axis) -> Void) {
    cells.withUnsafeBufferPointer { cells in
      fractions.withUnsafeBufferPointer { fractions in
        starts.withUnsafeBufferPointer { starts in
          body(
            u2cl_cell_axis(
              pixels: cells.count, cells: starts.count - 1, cell: cells.baseAddress, fraction: fractions.baseAddress,
              start: starts.baseAddress))
        }
      }
    }
  }
}
