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
    let rows = PictureRows(cutout)
    return rendering { y, line in
      rows.read(y, 0..<size.width, into: line)
      rows.readAlpha(y, 0..<size.width, into: line)
      background.lay(under: line, y)
    }
  }
}

/// A blurred background, held as a coarse grid of colours.
private struct BlurredBackground: Sendable {
  private let grid: Size
  private let colors: [SIMD4<Float>]
  private let width: Int
  private let columns: CellSampler
  private let rows: CellSampler

  init(of picture: Picture, _ matte: AlphaMatte, radius: Double) {
    let (size, step) = (picture.size, max(1, Int(radius / 4)))
    let grid = Size(height: max(1, size.height / step), width: max(1, size.width / step))
    let cells = PictureRows(picture).averaged(over: grid) { y, row in
      let opaque = Float(AlphaMatte.opaque)
      for x in 0..<size.width {
        // Foreground counts a little, so that every cell has a colour.
        row[x] *= 1.001 - Float(matte.values[y * size.width + x]) / opaque
      }
    }
    // Three box filters approximate a Gaussian.
    let mean = BoxMean(size: grid, radius: max(1, Int((radius / Double(step) * 0.7).rounded())))
    colors = mean.ofColors(mean.ofColors(mean.ofColors(cells))).map { $0 / max($0.w, 1e-9) }
    self.grid = grid
    width = size.width
    columns = CellSampler(cells: grid.width, pixels: size.width)
    rows = CellSampler(cells: grid.height, pixels: size.height)
  }

  /// Lays colours with alpha over row `y` of the background.
  func lay(under line: UnsafeMutablePointer<SIMD4<Float>>, _ y: Int) {
    let row = rows[y]
    let (above, below) = (row.lower * grid.width, row.upper * grid.width)
    colors.withUnsafeBufferPointer { colors in
      for x in 0..<width {
        let column = columns[x]
        let top =
          colors[above + column.lower] + (colors[above + column.upper] - colors[above + column.lower]) * column.fraction
        let bottom =
          colors[below + column.lower] + (colors[below + column.upper] - colors[below + column.lower]) * column.fraction
        let color = top + (bottom - top) * row.fraction
        line[x] = color + (line[x] - color) * line[x].w
      }
    }
  }
}
