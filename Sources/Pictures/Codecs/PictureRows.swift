package import Tensors

/// The colours of a picture as numbers in 0 … 1, a part of a row at a time: a picture of many megapixels is never in
/// memory as floats.
package struct PictureRows: Sendable {
  private let picture: Picture
  /// The picture's.
  package var size: Size { picture.size }

  /// The rows of a picture.
  package init(_ picture: Picture) { self.picture = picture }

  /// Writes red, green, blue and 1 of the pixels `columns` of row `y`, all inside of the picture.
  package func read(_ y: Int, _ columns: Range<Int>, into colors: UnsafeMutablePointer<SIMD4<Float>>) {
    switch picture.samples {
    case .bits8(let values):
      values.withUnsafeBufferPointer { read($0, y, columns, scale: 1 / 255, into: colors) }
    case .bits16(let values):
      values.withUnsafeBufferPointer { read($0, y, columns, scale: 1 / 65535, into: colors) }
    }
  }

  /// Writes the alphas of the pixels `columns` of row `y` where the picture has any, into the fourth numbers.
  package func readAlpha(_ y: Int, _ columns: Range<Int>, into colors: UnsafeMutablePointer<SIMD4<Float>>) {
    guard picture.hasAlpha else { return }
    let first = (y * size.width + columns.lowerBound) * 4 + 3
    switch picture.samples {
    case .bits8(let values): for x in 0..<columns.count { colors[x].w = Float(values[first + 4 * x]) / 255 }
    case .bits16(let values): for x in 0..<columns.count { colors[x].w = Float(values[first + 4 * x]) / 65535 }
    }
  }

  @inline(__always)
  private func read<Sample: FixedWidthInteger>(
    _ samples: UnsafeBufferPointer<Sample>, _ y: Int, _ columns: Range<Int>, scale: Float,
    into colors: UnsafeMutablePointer<SIMD4<Float>>
  ) {
    let channels = picture.channels
    precondition(samples.count >= (y * size.width + columns.upperBound) * channels)
    var i = (y * size.width + columns.lowerBound) * channels
    for x in 0..<columns.count {
      colors[x] = SIMD4(
        Float(samples[i]) * scale, Float(samples[i &+ 1]) * scale, Float(samples[i &+ 2]) * scale, 1)
      i &+= channels
    }
  }

  /// The mean colour of the pixels under each cell of a grid that is laid over the picture, and 1; the grid has no more
  /// rows or columns than the picture.
  ///
  /// - Parameter adjust: changes a row before it is averaged.
  package func averaged(
    over grid: Size, adjusting adjust: (_ y: Int, _ row: UnsafeMutablePointer<SIMD4<Float>>) -> Void = { _, _ in }
  ) -> [SIMD4<Float>] {
    let columns = AreaSpans(from: size.width, to: grid.width)
    let rows = AreaSpans(from: size.height, to: grid.height)
    return [SIMD4<Float>](unsafeUninitializedCapacity: grid.height * grid.width) { cells, initialized in
      nonisolated(unsafe) let cells = cells
      inParallel(grid.height) { row in
        withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: 2 * size.width) { scratch in
          guard let line = scratch.baseAddress else { return }
          let sums = line + size.width
          sums.initialize(repeating: .zero, count: size.width)
          rows.forEach(row) { y, weight in
            read(y, 0..<size.width, into: line)
            adjust(y, line)
            for x in 0..<size.width { sums[x] += line[x] * weight }
          }
          for column in 0..<grid.width {
            var sum = SIMD4<Float>.zero
            columns.forEach(column) { x, weight in sum += sums[x] * weight }
            cells.initializeElement(at: row * grid.width + column, to: sum)
          }
        }
      }
      initialized = grid.height * grid.width
    }
  }
}

/// Which pixels of an axis lie under each cell of a coarser one, and how much of the cell each covers.
package struct AreaSpans: Sendable {
  private let source: Int
  private let scale: Double

  /// The spans of `target` cells, no more than there are pixels.
  package init(from source: Int, to target: Int) {
    precondition(target > 0 && target <= source, "\(source) pixels cannot be averaged to \(target)")
    self.source = source
    scale = Double(source) / Double(target)
  }

  /// Calls `body` with each pixel under a cell and its part of it; the parts of a cell sum to 1.
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
