import Pictures
import Tensors

/// The levels of the pyramid of `ForegroundEstimation` that are computed completely, and what parts of the larger ones
/// are computed from.
struct ForegroundPyramid: Sendable {
  /// The most pixels of a level that is computed completely.
  private static let wholeLevelLimit = 1 << 14
  /// The rows and columns around a part of a level that are computed as well.
  private static let margin = 2

  private let picture: Picture
  private let matte: AlphaMatte
  private let rows: PictureRows
  private let estimation: ForegroundEstimation
  /// How many times the picture is halved to give the largest complete level.
  private let depth: Int
  private let base: ForegroundLevel

  init(_ picture: Picture, _ matte: AlphaMatte, _ estimation: ForegroundEstimation) {
    self.picture = picture
    self.matte = matte
    self.estimation = estimation
    rows = PictureRows(picture)
    var (depth, size) = (0, picture.size)
    while size.height * size.width > Self.wholeLevelLimit {
      depth += 1
      size = size.halved
    }
    self.depth = depth
    base = Self.base(CellGrid(rows, matte, cellsOf: 1 << depth), estimation)
  }

  /// The largest complete level, computed from the smaller ones.
  private static func base(_ grid: CellGrid, _ estimation: ForegroundEstimation) -> ForegroundLevel {
    let finest = grid.means()
    var levels = [finest]
    while let last = levels.last, last.size.height * last.size.width > 1 { levels.append(last.halved()) }
    var level: ForegroundLevel?
    for next in levels.reversed() {
      var finer = ForegroundLevel(next, from: level)
      finer.relax(estimation, iterations: estimation.smallIterations, onlyMixed: false)
      level = finer
    }
    return level ?? ForegroundLevel(finest, from: nil)
  }

  /// The samples of the cut-out, RGBA.
  func cutout<Sample: FixedWidthInteger & UnsignedInteger & Sendable>(_ samples: [Sample]) -> [Sample] {
    let size = picture.size
    // Tiles consist of whole cells of the largest complete level.
    let side = max(64, 4 << depth)
    let across = (size.width + side - 1) / side
    let count = across * ((size.height + side - 1) / side)
    return [Sample](unsafeUninitializedCapacity: size.height * size.width * 4) { result, initialized in
      nonisolated(unsafe) let result = result
      inParallel(count) { tile in
        let (x, y) = (tile % across * side, tile / across * side)
        let part = CellPart(columns: x..<min(x + side, size.width), lines: y..<min(y + side, size.height))
        samples.withUnsafeBufferPointer { samples in
          matte.values.withUnsafeBufferPointer { alphas in
            write(part, of: samples, alphas, into: result)
          }
        }
      }
      initialized = size.height * size.width * 4
    }
  }

  /// Writes the samples of a tile.
  @inline(__always)
  private func write<Sample: FixedWidthInteger & UnsignedInteger>(
    _ tile: CellPart, of samples: UnsafeBufferPointer<Sample>, _ alphas: UnsafeBufferPointer<UInt16>,
    into result: UnsafeMutableBufferPointer<Sample>
  ) {
    let width = picture.size.width
    let channels = picture.channels
    var (isMixed, isEmpty) = (false, true)
    for y in tile.lines {
      for alpha in alphas[y * width + tile.columns.lowerBound..<y * width + tile.columns.upperBound] {
        isMixed = isMixed || alpha != 0 && alpha != AlphaMatte.opaque
        isEmpty = isEmpty && alpha == 0
      }
    }
    if isEmpty {
      for y in tile.lines {
        let row = 4 * (y * width + tile.columns.lowerBound)..<4 * (y * width + tile.columns.upperBound)
        UnsafeMutableBufferPointer(rebasing: result[row]).initialize(repeating: 0)
      }
      return
    }
    let level = isMixed ? estimate(tile) : nil
    let full = Float(Sample.max)
    for y in tile.lines {
      for x in tile.columns {
        let i = y * width + x
        let (from, to) = (i * channels, 4 * i)
        let alpha = alphas[i]
        var color: (Sample, Sample, Sample) = (0, 0, 0)
        if alpha == AlphaMatte.opaque {
          color = (samples[from], samples[from + 1], samples[from + 2])
        } else if let level, alpha != 0 || isBesideForeground(x, y, alphas) {
          let estimate = level.foreground(at: x, y) * full + 0.5
          color = (
            Sample(truncatingIfNeeded: Int32(estimate.x)), Sample(truncatingIfNeeded: Int32(estimate.y)),
            Sample(truncatingIfNeeded: Int32(estimate.z))
          )
        }
        result.initializeElement(at: to, to: color.0)
        result.initializeElement(at: to + 1, to: color.1)
        result.initializeElement(at: to + 2, to: color.2)
        let own = channels == 4 ? UInt64(samples[from + 3]) : UInt64(Sample.max)
        result.initializeElement(
          at: to + 3, to: Sample((UInt64(alpha) * own + UInt64(AlphaMatte.opaque) / 2) / UInt64(AlphaMatte.opaque)))
      }
    }
  }

  @inline(__always)
  private func isBesideForeground(_ x: Int, _ y: Int, _ alphas: UnsafeBufferPointer<UInt16>) -> Bool {
    let size = picture.size
    for line in max(0, y - 2)...min(size.height - 1, y + 2) {
      for column in max(0, x - 2)...min(size.width - 1, x + 2) where alphas[line * size.width + column] != 0 {
        return true
      }
    }
    return false
  }

  /// The estimates for a tile, from the largest complete level through parts of the levels between.
  private func estimate(_ tile: CellPart) -> ForegroundLevel {
    guard depth > 0 else { return base }
    var size = picture.size
    var parts = [tile.grown(in: size, by: Self.margin)]
    for index in 1..<depth {
      size = size.halved
      parts.append(parts[index - 1].halved(in: size, margin: Self.margin))
    }
    var grids = [CellGrid(rows, matte, of: CellPart.pixels(under: parts, in: picture.size))]
    for index in 1..<depth { grids.append(grids[index - 1].halved()) }
    var level = base
    for index in (0..<depth).reversed() {
      level = ForegroundLevel(grids[index].means(of: parts[index]), from: level)
      level.relax(estimation, iterations: estimation.largeIterations, onlyMixed: true)
    }
    return level
  }
}
