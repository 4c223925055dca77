internal import Pictures
internal import Tensors

/// The coefficients of α = a·I + b, which vary slowly over a picture: a vector (a for red, green and blue, b) for each
/// cell.
struct CoefficientField: Sendable {
  let size: Size
  let values: [SIMD4<Float>]
  /// For each cell, how much the mask looks like the average of a sharp matte, 0 … 1.
  let trust: [Float]

  /// Alpha of one pixel of a picture of size `pixels`, clamped to 0 … 1, and the trust there.
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

  /// Alpha of every pixel, clamped to 0 … 1. Coefficients are interpolated between the centres of cells.
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
