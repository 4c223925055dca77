internal import CPixels
package import Tensors

/// The mean colours of a picture over the cells of a grid, a part of a row of cells at a time.
package struct AreaAverages: Sendable {
  private let picture: PictureRows
  private let grid: Size
  private let columns: SpanTable
  private let rows: AreaSpans

  /// - Parameter grid: the number of cells; no more rows or columns than the picture has.
  package init(of picture: PictureRows, over grid: Size) {
    (self.picture, self.grid) = (picture, grid)
    columns = SpanTable(AreaSpans(from: picture.size.width, to: grid.width), count: grid.width)
    rows = AreaSpans(from: picture.size.height, to: grid.height)
  }

  /// Calls `body` with a reader that has memory for a row, for one thread.
  package func withReader(_ body: (Reader) -> Void) {
    let width = picture.size.width
    withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: 2 * width + grid.width) { scratch in
      guard let base = scratch.baseAddress else { return }
      body(Reader(averages: self, line: base, sums: base + width, cells: base + 2 * width))
    }
  }

  /// Reads cells into memory of its own.
  package struct Reader {
    fileprivate let averages: AreaAverages
    fileprivate let line: UnsafeMutablePointer<SIMD4<Float>>
    fileprivate let sums: UnsafeMutablePointer<SIMD4<Float>>
    fileprivate let cells: UnsafeMutablePointer<SIMD4<Float>>

    /// The mean colours of cells of a row, with 1 as the fourth component, until the next call.
    ///
    /// - Parameters:
    ///   - row: the row of cells.
    ///   - part: the cells.
    ///   - adjust: changes the pixels of row `y` before they are averaged; the first is the first cell's first.
    package func read(
      _ row: Int, _ part: Range<Int>,
      adjusting adjust: (_ y: Int, _ pixels: UnsafeMutablePointer<SIMD4<Float>>) -> Void = { _, _ in }
    ) -> UnsafePointer<SIMD4<Float>> {
      let picture = averages.picture
      if averages.grid == picture.size {
        picture.read(row, part, into: line)
        adjust(row, line)
        return UnsafePointer(line)
      }
      let pixels = averages.columns.pixels(of: part)
      (sums + pixels.lowerBound).initialize(repeating: .zero, count: pixels.count)
      averages.rows.forEach(row) { y, weight in
        picture.read(y, pixels, into: line)
        adjust(y, line)
        line.withMemoryRebound(to: Float.self, capacity: 4 * pixels.count) { line in
          (sums + pixels.lowerBound).withMemoryRebound(to: Float.self, capacity: 4 * pixels.count) { sums in
            u2cl_add_weighted(line, pixels.count, weight, sums)
          }
        }
      }
      averages.columns.sum(sums, part, into: cells)
      return UnsafePointer(cells)
    }
  }
}

/// The spans of an axis as tables for C.
private struct SpanTable: Sendable {
  /// The first pixel and the number of pixels of each cell.
  private var starts: [Int32] = []
  private var counts: [Int32] = []
  /// The fraction of a cell that each of its pixels covers, for all cells, and where each cell's begin.
  private var weights: [Float] = []
  private var firstWeights: [Int] = []

  init(_ spans: AreaSpans, count: Int) {
    for cell in 0..<count {
      let first = weights.count
      firstWeights.append(first)
      spans.forEach(cell) { pixel, weight in
        if weights.count == first { starts.append(Int32(pixel)) }
        weights.append(weight)
      }
      counts.append(Int32(weights.count - first))
    }
  }

  /// The pixels of cells.
  func pixels(of part: Range<Int>) -> Range<Int> {
    let last = part.upperBound - 1
    return Int(starts[part.lowerBound])..<Int(starts[last] + counts[last])
  }

  /// Writes the weighted sums of a row of pixels for some cells.
  func sum(
    _ pixels: UnsafeMutablePointer<SIMD4<Float>>, _ part: Range<Int>, into cells: UnsafeMutablePointer<SIMD4<Float>>
  ) {
    let (first, count) = (part.lowerBound, part.count)
    starts[first...].withUnsafeBufferPointer { starts in
      counts[first...].withUnsafeBufferPointer { counts in
        weights[firstWeights[first]...].withUnsafeBufferPointer { weights in
          u2cl_sum_spans(
            UnsafeRawPointer(pixels).assumingMemoryBound(to: Float.self), starts.baseAddress, counts.baseAddress,
            weights.baseAddress, count, UnsafeMutableRawPointer(cells).assumingMemoryBound(to: Float.self))
        }
      }
    }
  }
}
