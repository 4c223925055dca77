import CPixels
import Pictures
import Tensors

/// The levels of the pyramid of `ForegroundEstimation` that are computed completely, and what parts of the larger ones
/// are computed from.
struct ForegroundPyramid: Sendable {
  private let picture: Picture
  private let matte: AlphaMatte
  private let rows: PictureRows
  private let estimation: ForegroundEstimation
  private let tiling: ForegroundTiling
  private let base: ForegroundLevel

  init(_ picture: Picture, _ matte: AlphaMatte, _ estimation: ForegroundEstimation) {
    self.picture = picture
    self.matte = matte
    self.estimation = estimation
    rows = PictureRows(picture)
    tiling = ForegroundTiling(picture.size)
    base = Self.base(CellGrid(rows, matte, cellsOf: 1 << tiling.depth), estimation)
  }

  /// The largest complete level, computed from the smaller ones.
  private static func base(_ grid: CellGrid, _ estimation: ForegroundEstimation) -> ForegroundLevel {
    let finest = grid.means()
    var levels = [finest]
    while let last = levels.last, last.cells.count > 1 { levels.append(last.halved()) }
    var level: ForegroundLevel?
    for next in levels.reversed() {
      var finer = ForegroundLevel(next, from: level)
      finer.relax(estimation, iterations: estimation.smallIterations, onlyMixed: false)
      level = finer
    }
    return level ?? ForegroundLevel(finest, from: nil)
  }

  /// The samples of the cut-out, RGBA.
  func cutout() -> Picture.Samples {
    switch picture.samples {
    case .bits8(let samples): .bits8(cutout(samples, u2cl_cut_out_8))
    case .bits16(let samples): .bits16(cutout(samples, u2cl_cut_out_16))
    }
  }

  /// See `u2cl_cut_out_8`.
  private typealias CutOut<Sample> = (
    UnsafePointer<Sample>?, Int32, UnsafePointer<UInt16>?, Int, UnsafePointer<Float>?, UnsafePointer<UInt8>?,
    UnsafeMutablePointer<Sample>?
  ) -> Void

  private func cutout<Sample: FixedWidthInteger & Sendable>(
    _ samples: [Sample], _ cutOut: CutOut<Sample>
  ) -> [Sample] {
    let (size, side, across) = (picture.size, tiling.side, tiling.across)
    return [Sample](unsafeUninitializedCapacity: size.height * size.width * 4) { result, initialized in
      nonisolated(unsafe) let result = result
      samples.withUnsafeBufferPointer { samples in
        matte.values.withUnsafeBufferPointer { alphas in
          nonisolated(unsafe) let (samples, alphas) = (samples, alphas)
          inParallel(tiling.count) { tile in
            let (x, y) = (tile % across * side, tile / across * side)
            let part = CellPart(columns: x..<min(x + side, size.width), lines: y..<min(y + side, size.height))
            write(part, samples, alphas, into: result, cutOut)
          }
        }
      }
      initialized = size.height * size.width * 4
    }
  }

  /// Writes the samples of a tile.
  private func write<Sample: FixedWidthInteger>(
    _ tile: CellPart, _ samples: UnsafeBufferPointer<Sample>, _ alphas: UnsafeBufferPointer<UInt16>,
    into result: UnsafeMutableBufferPointer<Sample>, _ cutOut: CutOut<Sample>
  ) {
    guard let samples = samples.baseAddress, let alphas = alphas.baseAddress, let result = result.baseAddress else {
      return
    }
    let (width, channels) = (picture.size.width, picture.channels)
    let (first, count) = (tile.columns.lowerBound, tile.columns.count)
    let kinds = u2cl_alpha_kinds(alphas + tile.lines.lowerBound * width + first, width, count, tile.lines.count)
    guard kinds != 0 else {
      for y in tile.lines { (result + 4 * (y * width + first)).initialize(repeating: 0, count: 4 * count) }
      return
    }
    let level = kinds & 1 != 0 ? estimate(tile) : nil
    for y in tile.lines {
      let start = y * width + first
      let (from, alpha, to) = (samples + start * channels, alphas + start, result + 4 * start)
      guard let level else {
        cutOut(from, Int32(channels), alpha, count, nil, nil, to)
        continue
      }
      withNearForeground(alphas, y, tile.columns) { near in
        level.withEstimates(from: first, y) { cutOut(from, Int32(channels), alpha, count, $0, near, to) }
      }
    }
  }

  /// Calls `body` with 1 for each pixel of a row that is near the foreground, and 0 for the others.
  private func withNearForeground(
    _ alphas: UnsafePointer<UInt16>, _ y: Int, _ columns: Range<Int>, _ body: (UnsafePointer<UInt8>) -> Void
  ) {
    let size = picture.size
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: columns.count + 4) { scratch in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: columns.count) { near in
        guard let near = near.baseAddress else { return }
        u2cl_near_foreground(
          alphas, size.width, size.height, y, columns.lowerBound, columns.upperBound, scratch.baseAddress, near)
        body(near)
      }
    }
  }

  /// The estimates for a tile, from the largest complete level through parts of the levels between.
  private func estimate(_ tile: CellPart) -> ForegroundLevel {
    let (depth, margin) = (tiling.depth, ForegroundTiling.margin)
    guard depth > 0 else { return base }
    var parts = [tile.grown(in: picture.size, by: margin)]
    for index in 1..<depth { parts.append(parts[index - 1].halved(in: tiling.levels[index], margin: margin)) }
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
