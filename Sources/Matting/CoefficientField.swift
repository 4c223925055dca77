internal import CPixels
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
    let count = picture.size.height * picture.size.width
    let alphas = [UInt16](unsafeUninitializedCapacity: count) { alphas, initialized in
      apply(to: picture, alphas)
      initialized = count
    }
    return AlphaMatte(size: picture.size, values: alphas)
  }

  private func apply(to picture: PictureRows, _ alphas: UnsafeMutableBufferPointer<UInt16>) {
    let (width, cells) = (picture.size.width, size.width)
    let certain = certainCells
    let rows = CellSampler(cells: size.height, pixels: picture.size.height)
    nonisolated(unsafe) let alphas = alphas
    CellAxis(cells: cells, pixels: width).withC { axis in
      nonisolated(unsafe) let axis = axis
      values.withUnsafeBytes { values in
        nonisolated(unsafe) let field = values.bindMemory(to: Float.self)
        inParallel(picture.size.height) { y in
          withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * (cells + 1)) { scratch in
            let row = rows[y]
            guard let field = field.baseAddress, let line = alphas.baseAddress.map({ $0 + y * width }) else { return }
            let (above, below) = (field + 4 * row.lower * cells, field + 4 * row.upper * cells)
            let known = (0..<cells).map { certain[row.lower * cells + $0] & certain[row.upper * cells + $0] }
            var axis = axis
            picture.withSamples(y) { samples, channels in
              u2cl_apply_fits_8(
                above, below, row.fraction, known, &axis, samples, channels, AlphaMatte.haze, scratch.baseAddress, line)
            } bits16: { samples, channels in
              u2cl_apply_fits_16(
                above, below, row.fraction, known, &axis, samples, channels, AlphaMatte.haze, scratch.baseAddress, line)
            }
          }
        }
      }
    }
  }

  /// See `u2cl_certain_cells`.
  private var certainCells: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: values.count) { certain, initialized in
      values.withUnsafeBytes { values in
        u2cl_certain_cells(
          values.bindMemory(to: Float.self).baseAddress, self.values.count, AlphaMatte.haze, certain.baseAddress)
      }
      initialized = values.count
    }
  }
}
