internal import CPixels
public import Pictures
public import Matting
internal import Tensors

extension Picture {
  /// The picture with a blurred background and a sharp foreground.
  ///
  /// The background is blurred without the foreground, whose colours would otherwise glow around it.
  ///
  /// - Parameters:
  ///   - radius: the radius of the blur, in pixels.
  ///   - cutout: the foreground by `ForegroundEstimation`, of this picture's size.
  ///   - matte: the matte of the cut-out.
  public func blurringBackground(radius: Double, behind cutout: Picture, _ matte: AlphaMatte) -> Picture {
    let background = BlurredBackground(of: self, matte, radius: radius)
    return cutout.blended { y, line in background.read(y, into: line) }
  }
}

/// A blurred background, held as a coarse grid of colours.
private struct BlurredBackground: Sendable {
  private let grid: Size
  private let colors: [SIMD4<Float>]
  private let columns: CellAxis
  private let rows: CellSampler

  init(of picture: Picture, _ matte: AlphaMatte, radius: Double) {
    let (size, step) = (picture.size, max(1, Int(radius / 4)))
    let grid = Size(height: max(1, size.height / step), width: max(1, size.width / step))
    let cells = PictureRows(picture).averaged(over: grid) { y, row in
      // Foreground counts a little, so that every cell has a colour.
      row.withMemoryRebound(to: Float.self, capacity: 4 * size.width) { row in
        matte.values.withUnsafeBufferPointer { values in
          guard let values = values.baseAddress else { return }
          u2cl_keep_background(values + y * size.width, size.width, row)
        }
      }
    }
    // Three box filters approximate a Gaussian.
    let mean = BoxMean(size: grid, radius: max(1, Int((radius / Double(step) * 0.7).rounded())))
    colors = mean(mean(mean(cells))).map { $0 / max($0.w, 1e-9) }
    self.grid = grid
    columns = CellAxis(cells: grid.width, pixels: size.width)
    rows = CellSampler(cells: grid.height, pixels: size.height)
  }

  /// Writes the colours of row `y`.
  func read(_ y: Int, into line: UnsafeMutablePointer<SIMD4<Float>>) {
    let (row, width, pixels) = (rows[y], grid.width, columns.cells.count)
    colors.withUnsafeBytes { colors in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * width) { scratch in
        guard let colors = colors.bindMemory(to: Float.self).baseAddress, let scratch = scratch.baseAddress else {
          return
        }
        u2cl_mix_rows(colors + 4 * row.lower * width, colors + 4 * row.upper * width, row.fraction, width, scratch)
        line.withMemoryRebound(to: Float.self, capacity: 4 * pixels) { line in
          u2cl_interpolate(scratch, width, columns.cells, columns.fractions, pixels, line)
        }
      }
    }
  }
}
