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
    let width = picture.size.width
    let certain = certainCells
    let rows = CellSampler(cells: size.height, pixels: picture.size.height)
    nonisolated(unsafe) let alphas = alphas
    CellAxis(cells: size.width, pixels: width).withC { axis in
      nonisolated(unsafe) let axis = axis
      inParallel(picture.size.height) { y in
        guard let alphas = alphas.baseAddress else { return }
        apply(to: picture, y, from: 0, axis, rows[y], certain, alphas + y * width)
      }
    }
  }

  /// Writes alpha of pixels of row `y`.
  ///
  /// - Parameters:
  ///   - column: the first pixel.
  ///   - axis: the pixels between the cells of this field.
  ///   - row: the rows of cells that the pixels lie between.
  ///   - certain: see `certainCells`.
  func apply(
    to picture: PictureRows, _ y: Int, from column: Int, _ axis: u2cl_cell_axis,
    _ row: (lower: Int, upper: Int, fraction: Float), _ certain: [UInt8], _ alphas: UnsafeMutablePointer<UInt16>
  ) {
    let cells = size.width
    var axis = axis
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * (cells + 1)) { scratch in
      values.withFloats { field in
        certain.withUnsafeBufferPointer { certain in
          guard let known = certain.baseAddress else { return }
          let (above, below) = (row.lower * cells, row.upper * cells)
          picture.withSamples(y) { samples, channels in
            u2cl_apply_fits_8(
              field + 4 * above, field + 4 * below, row.fraction, known + above, known + below, &axis,
              samples + column * Int(channels), channels, AlphaMatte.haze, scratch.baseAddress, alphas)
          } bits16: { samples, channels in
            u2cl_apply_fits_16(
              field + 4 * above, field + 4 * below, row.fraction, known + above, known + below, &axis,
              samples + column * Int(channels), channels, AlphaMatte.haze, scratch.baseAddress, alphas)
          }
        }
      }
    }
  }

  /// See `u2cl_certain_cells`.
  var certainCells: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: values.count) { certain, initialized in
      values.withFloats { u2cl_certain_cells($0, values.count, AlphaMatte.haze, certain.baseAddress) }
      initialized = values.count
    }
  }
}
