internal import CPixels
internal import Tensors

/// The matting Laplacian of Levin, Lischinski and Weiss (2008) for windows of 3×3 pixels; only the rows of unknown
/// pixels.
///
/// Element (i, j) is the sum of δᵢⱼ − (1 + (Iᵢ − μ)ᵀ (Σ + ε/9)⁻¹ (Iⱼ − μ)) / 9 over all windows that contain both
/// pixels. Neighbours are at most two pixels away, so that a row has 25 elements.
package struct MattingLaplacian: Sendable {
  /// The farthest neighbour of a pixel, in rows and columns.
  static let reach = 2
  /// The number of elements in a row: five by five neighbours, row by row.
  static let count = 25

  /// The unknown pixels.
  package let band: MattingBand
  /// The elements: 25 vectors of eight pixels for each block. Rows of known pixels are 0.
  let rows: [Float]

  /// The rows of a band's pixels.
  ///
  /// - Parameters:
  ///   - colors: the colours of the level.
  ///   - epsilon: the regularization ε.
  package init(_ band: MattingBand, colors: MattingColors, epsilon: Float) {
    self.band = band
    let count = band.blocks.count * Self.count * 8
    rows = [Float](unsafeUninitializedCapacity: count) { rows, initialized in
      if let rows = rows.baseAddress {
        nonisolated(unsafe) let rows = rows
        band.sumOverStrips { strip, _ in
          StripWindows.fill(rows, of: band, strip: strip, colors: colors, epsilon: epsilon)
          return 0
        }
      }
      initialized = count
    }
  }

  /// The product of L and a plane: eight pixels for each block.
  package func times(_ plane: MattingPlane) -> [Float] {
    let count = band.blocks.count
    let weights = [Float](repeating: 0, count: count * 8)
    return [Float](unsafeUninitializedCapacity: count * 8) { product, initialized in
      if let base = product.baseAddress {
        _ = u2cl_matting_product(rows, weights, band.places, count, band.rowStride, plane.values, base)
      }
      initialized = count * 8
    }
  }
}

/// The windows around a strip of rows, each with its mean and the inverse of its covariance. Three rows of windows are
/// in memory at a time.
private struct StripWindows {
  private let band: MattingBand
  private let colors: MattingColors
  private let epsilon: Float
  /// The blocks of each row of the strip.
  private let lines: [Range<Int>]
  private let firstRow: Int
  /// The distance between the values of a window.
  private let spacing: Int
  private let windows: UnsafeMutablePointer<Float>

  /// Computes the Laplacian's rows of a strip; `rows` are those of all blocks.
  static func fill(
    _ rows: UnsafeMutablePointer<Float>, of band: MattingBand, strip: Int, colors: MattingColors, epsilon: Float
  ) {
    let spacing = band.rowStride
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * Int(U2CL_MATTING_WINDOW_VALUES) * spacing) { windows in
      guard let base = windows.baseAddress else { return }
      let firstRow = strip * MattingBand.stripHeight
      let strip = StripWindows(
        band: band, colors: colors, epsilon: epsilon, lines: band.lines(of: strip), firstRow: firstRow,
        spacing: spacing, windows: base)
      for line in -1...strip.lines.count {
        strip.computeWindows(line)
        if line > 0 { strip.fill(rows, line: line - 1) }
      }
    }
  }

  /// The windows of a row of the strip, from that in column −1.
  private func row(_ line: Int) -> UnsafeMutablePointer<Float> {
    windows + (line + 3) % 3 * Int(U2CL_MATTING_WINDOW_VALUES) * spacing
  }

  /// Computes the windows that the rows above, at and below a line need.
  private func computeWindows(_ line: Int) {
    let (row, y, width) = (row(line), firstRow + line, band.size.width)
    for run in band.runs(lines[max(0, line - 1)..<min(lines.count, line + 2)]) {
      // Windows of columns from x − 1 to the one after the run.
      let count = run.count + 2
      if y > 0, y + 1 < band.size.height {
        let place = band.place(run.lowerBound - 1, y)
        u2cl_matting_windows(
          colors.red.values + place, colors.green.values + place, colors.blue.values + place, band.rowStride, count,
          epsilon / 9, row + run.lowerBound, spacing)
        for x in [-1, 0, width - 1, width] where x >= run.lowerBound - 1 && x <= run.upperBound { clear(row, x) }
        if run.upperBound > width { for x in width...run.upperBound { clear(row, x) } }
      } else {
        for x in run.lowerBound - 1...run.upperBound { clear(row, x) }
      }
    }
  }

  /// A window outside the picture counts nothing.
  private func clear(_ row: UnsafeMutablePointer<Float>, _ x: Int) {
    for value in 0..<Int(U2CL_MATTING_WINDOW_VALUES) { row[value * spacing + x + 1] = 0 }
  }

  private func fill(_ rows: UnsafeMutablePointer<Float>, line: Int) {
    var first = lines[line].lowerBound
    while first < lines[line].upperBound {
      let run = band.run(from: first, in: lines[line])
      let (x, place) = (band.blocks[first].x, Int(band.places[first]))
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: run.count) { unknown in
        for block in run { unknown[block - first] = band.blocks[block].unknown }
        u2cl_matting_rows(
          colors.red.values + place, colors.green.values + place, colors.blue.values + place, band.rowStride,
          row(line - 1) + x, row(line) + x, row(line + 1) + x, spacing, unknown.baseAddress, run.count,
          rows + first * MattingLaplacian.count * 8)
      }
      first = run.upperBound
    }
  }
}

extension MattingBand {
  /// The blocks of each row of a strip.
  fileprivate func lines(of strip: Int) -> [Range<Int>] {
    let top = strip * Self.stripHeight
    var lines: [Range<Int>] = []
    var next = strips[strip].lowerBound
    for y in top..<min(size.height, top + Self.stripHeight) {
      let first = next
      while next < strips[strip].upperBound, blocks[next].y == y { next += 1 }
      lines.append(first..<next)
    }
    return lines
  }

  /// Successive blocks without gap between them.
  fileprivate func run(from first: Int, in line: Range<Int>) -> Range<Int> {
    var end = first + 1
    while end < line.upperBound, blocks[end].x == blocks[end - 1].x + 8 { end += 1 }
    return first..<end
  }

  /// The columns that the blocks of some rows cover.
  fileprivate func runs(_ lines: ArraySlice<Range<Int>>) -> [Range<Int>] {
    let count = (size.width + 7) / 8
    return withUnsafeTemporaryAllocation(of: Bool.self, capacity: count + 1) { covered in
      covered.initialize(repeating: false)
      blocks.withUnsafeBufferPointer { blocks in
        for line in lines { for block in line { covered[blocks[block].x / 8] = true } }
      }
      var runs: [Range<Int>] = []
      var start: Int?
      for column in 0...count where covered[column] != (start != nil) {
        if let first = start { runs.append(first * 8..<column * 8) }
        start = covered[column] ? column : nil
      }
      return runs
    }
  }
}
