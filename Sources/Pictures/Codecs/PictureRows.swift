internal import CPixels
package import Tensors

/// The colours of a picture as floats in 0 … 1, a part of a row at a time, so that a large picture is never in memory
/// as floats.
package struct PictureRows: Sendable {
  private let picture: Picture
  /// The size of the picture.
  package var size: Size { picture.size }

  /// The rows of a picture.
  package init(_ picture: Picture) { self.picture = picture }

  /// Calls one of two functions with the samples of row `y`, and with the number of samples of a pixel.
  package func withSamples(
    _ y: Int, bits8: (UnsafePointer<UInt8>, Int32) -> Void, bits16: (UnsafePointer<UInt16>, Int32) -> Void
  ) {
    let channels = picture.channels
    let first = y * size.width * channels
    precondition(y >= 0 && y < size.height)
    switch picture.samples {
    case .bits8(let values):
      values.withUnsafeBufferPointer { values in
        if let samples = values.baseAddress { bits8(samples + first, Int32(channels)) }
      }
    case .bits16(let values):
      values.withUnsafeBufferPointer { values in
        if let samples = values.baseAddress { bits16(samples + first, Int32(channels)) }
      }
    }
  }

  /// Writes red, green, blue and 1 for the pixels `columns` of row `y`, which must be inside the picture.
  package func read(_ y: Int, _ columns: Range<Int>, into colors: UnsafeMutablePointer<SIMD4<Float>>) {
    precondition(columns.lowerBound >= 0 && columns.upperBound <= size.width)
    let (first, count) = (columns.lowerBound, columns.count)
    colors.withMemoryRebound(to: Float.self, capacity: 4 * count) { colors in
      withSamples(y) { samples, channels in
        u2cl_colors_from_8_bits(samples + first * Int(channels), count, channels, colors)
      } bits16: { samples, channels in
        u2cl_colors_from_16_bits(samples + first * Int(channels), count, channels, colors)
      }
    }
  }

  /// Writes alpha for the pixels `columns` of row `y` into the fourth components, if the picture has alpha.
  package func readAlpha(_ y: Int, _ columns: Range<Int>, into colors: UnsafeMutablePointer<SIMD4<Float>>) {
    guard picture.hasAlpha else { return }
    let first = (y * size.width + columns.lowerBound) * 4 + 3
    switch picture.samples {
    case .bits8(let values): for x in 0..<columns.count { colors[x].w = Float(values[first + 4 * x]) / 255 }
    case .bits16(let values): for x in 0..<columns.count { colors[x].w = Float(values[first + 4 * x]) / 65535 }
    }
  }

  /// The mean colour of each cell of a grid over the picture, with 1 as the fourth component: `[height, width]`.
  ///
  /// - Parameters:
  ///   - grid: the number of cells; no more rows or columns than the picture has.
  ///   - adjust: changes a row before it is averaged.
  package func averaged(
    over grid: Size, adjusting adjust: (_ y: Int, _ row: UnsafeMutablePointer<SIMD4<Float>>) -> Void = { _, _ in }
  ) -> [SIMD4<Float>] {
    let averages = AreaAverages(of: self, over: grid)
    return [SIMD4<Float>](unsafeUninitializedCapacity: grid.height * grid.width) { cells, initialized in
      nonisolated(unsafe) let cells = cells
      inParallel(grid.height) { row in
        averages.withReader { reader in
          let line = reader.read(row, 0..<grid.width, adjusting: adjust)
          cells.baseAddress.map { ($0 + row * grid.width).initialize(from: line, count: grid.width) }
        }
      }
      initialized = grid.height * grid.width
    }
  }
}
