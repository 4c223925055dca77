internal import Pictures
internal import Tensors

/// Upsamples the solution of a level to a picture by the guided filter, in tiles. Tiles in whose windows alpha is 0 or
/// 1 throughout are filled with that.
struct MattingDetail {
  private let band: MattingBand
  private let alpha: MattingPlane
  private let picture: PictureRows
  private let averages: AreaAverages
  private let upsampling: GuidedUpsampling
  /// The side of a tile in pixels of the level.
  private static let side = 64

  /// The detail of a picture for a plane of a band.
  init(of picture: PictureRows, _ alpha: MattingPlane, _ band: MattingBand) {
    (self.band, self.alpha, self.picture) = (band, alpha, picture)
    averages = AreaAverages(of: picture, over: band.size)
    var upsampling = GuidedUpsampling()
    upsampling.radius = 1
    self.upsampling = upsampling
  }

  /// How far the cells reach that a coefficient depends on, and one more for interpolation.
  private var reach: Int { max(2 * upsampling.wideRadius, 3 * upsampling.radius) + 1 }

  var matte: AlphaMatte {
    let (size, side) = (picture.size, Self.side)
    let columns = (band.size.width + side - 1) / side
    let lines = (band.size.height + side - 1) / side
    let values = [UInt16](unsafeUninitializedCapacity: size.height * size.width) { values, initialized in
      if let values = values.baseAddress {
        nonisolated(unsafe) let values = values
        inParallel(lines * columns) { tile in
          let (x, y) = (tile % columns * side, tile / columns * side)
          let core = CellPart(
            columns: x..<min(band.size.width, x + side), lines: y..<min(band.size.height, y + side))
          fill(core, values)
        }
      }
      initialized = size.height * size.width
    }
    return AlphaMatte(size: size, values: values)
  }

  /// Writes the pixels of a tile.
  private func fill(_ core: CellPart, _ values: UnsafeMutablePointer<UInt16>) {
    let part = core.grown(in: band.size, by: reach)
    let columns = pixels(core.columns, band.size.width, picture.size.width)
    let lines = pixels(core.lines, band.size.height, picture.size.height)
    if let alpha = commonAlpha(part) {
      for y in lines {
        (values + y * picture.size.width + columns.lowerBound)
          .initialize(repeating: alpha, count: columns.count)
      }
      return
    }
    apply(field(of: part), part, columns, lines, values)
  }

  /// The pixels of a picture whose cells are in a range.
  private func pixels(_ cells: Range<Int>, _ count: Int, _ pixels: Int) -> Range<Int> {
    (cells.lowerBound * pixels + count - 1) / count..<(cells.upperBound * pixels + count - 1) / count
  }

  /// The value of alpha, if it is that of background or foreground throughout.
  private func commonAlpha(_ part: CellPart) -> UInt16? {
    let first = alpha.values[band.place(part.columns.lowerBound, part.lines.lowerBound)]
    guard first == 0 || first == 1 else { return nil }
    for y in part.lines {
      let row = alpha.values + band.place(part.columns.lowerBound, y)
      for x in 0..<part.columns.count where row[x] != first { return nil }
    }
    return first == 0 ? 0 : AlphaMatte.opaque
  }

  private func field(of part: CellPart) -> CoefficientField {
    let size = Size(height: part.lines.count, width: part.columns.count)
    var (values, guide) = ([Float](), [SIMD4<Float>]())
    values.reserveCapacity(size.height * size.width)
    guide.reserveCapacity(size.height * size.width)
    averages.withReader { reader in
      for y in part.lines {
        let row = alpha.values + band.place(part.columns.lowerBound, y)
        values.append(contentsOf: UnsafeBufferPointer(start: row, count: size.width))
        guide.append(contentsOf: UnsafeBufferPointer(start: reader.read(y, part.columns), count: size.width))
      }
    }
    return upsampling.field(of: CoarseMask(size: size, values: values), guide: guide)
  }

  /// Applies the field of a part of the level to pixels.
  private func apply(
    _ field: CoefficientField, _ part: CellPart, _ columns: Range<Int>, _ lines: Range<Int>,
    _ values: UnsafeMutablePointer<UInt16>
  ) {
    let across = CellSampler(cells: band.size.width, pixels: picture.size.width)
    let down = CellSampler(cells: band.size.height, pixels: picture.size.height)
    let (certain, top) = (field.certainCells, part.lines.lowerBound)
    CellAxis(across, cells: part.columns, pixels: columns).withC { axis in
      for y in lines {
        let row = down[y]
        field.apply(
          to: picture, y, from: columns.lowerBound, axis, (row.lower - top, row.upper - top, row.fraction), certain,
          values + y * picture.size.width + columns.lowerBound)
      }
    }
  }
}
