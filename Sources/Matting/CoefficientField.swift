internal import Pictures
internal import Tensors

/// α = a·I + b with a and b that vary slowly over a picture: one vector (a red, a green, a blue, b) for each cell.
struct CoefficientField: Sendable {
  let size: Size
  let values: [SIMD4<Float>]
  /// 0 … 1 for each cell: how much the mask looks like the average of a sharp matte there.
  let trust: [Float]

  /// What the field says of one pixel of a picture of a size, in 0 … 1, clamped, and the trust there.
  func value(at x: Int, _ y: Int, of pixels: Size, color: SIMD4<Float>) -> (alpha: Float, trust: Float) {
    let column = CellSampler(cells: size.width, pixels: pixels.width)[x]
    let row = CellSampler(cells: size.height, pixels: pixels.height)[y]
    func line(_ y: Int) -> SIMD4<Float> {
      let left = values[y * size.width + column.lower]
      return left + (values[y * size.width + column.upper] - left) * column.fraction
    }
    let above = line(row.lower)
    let alpha = min(1, max(0, (above + (line(row.upper) - above) * row.fraction).dot(color)))
    let nearest =
      (row.fraction < 0.5 ? row.lower : row.upper) * size.width + (column.fraction < 0.5 ? column.lower : column.upper)
    return (alpha, trust[nearest])
  }

  /// What the field says of every pixel, in 0 … 1, clamped; cells are interpolated between their centres.
  func applied(to picture: PictureRows) -> AlphaMatte {
    let width = picture.size.width
    let sampler = CellSampler(cells: size.width, pixels: width)
    let columns = (0..<width).map { sampler[$0] }
    let rows = CellSampler(cells: size.height, pixels: picture.size.height)
    let alphas = [UInt16](unsafeUninitializedCapacity: picture.size.height * width) { alphas, initialized in
      nonisolated(unsafe) let alphas = alphas
      values.withUnsafeBufferPointer { values in
        nonisolated(unsafe) let values = values
        inParallel(picture.size.height) { y in
          withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: size.width + width) { scratch in
            guard let field = scratch.baseAddress else { return }
            let colors = field + size.width
            let row = rows[y]
            for x in 0..<size.width {
              let above = values[row.lower * size.width + x]
              field[x] = above + (values[row.upper * size.width + x] - above) * row.fraction
            }
            picture.read(y, 0..<width, into: colors)
            for x in 0..<width {
              let column = columns[x]
              let left = field[column.lower]
              let fit = left + (field[column.upper] - left) * column.fraction
              alphas.initializeElement(at: y * width + x, to: AlphaMatte.value(of: fit.dot(colors[x])))
            }
          }
        }
      }
      initialized = picture.size.height * width
    }
    return AlphaMatte(size: picture.size, values: alphas)
  }
}

/// Where a pixel lies between the centres of cells; beyond the outermost centres, on them.
package struct CellSampler: Sendable {
  private let last: Int
  /// The cells of a pixel.
  package let scale: Float

  /// The cells under an axis of pixels.
  package init(cells: Int, pixels: Int) {
    last = cells - 1
    scale = Float(Double(cells) / Double(pixels))
  }

  /// The two cells whose centres a pixel's centre lies between, and how far it lies from the first to the second.
  @inline(__always)
  package subscript(pixel: Int) -> (lower: Int, upper: Int, fraction: Float) {
    let position = min(max((Float(pixel) + 0.5) * scale - 0.5, 0), Float(last))
    let lower = Int(position)
    return (lower, min(lower + 1, last), position - Float(lower))
  }
}
