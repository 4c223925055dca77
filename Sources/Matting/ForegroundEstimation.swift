public import Pictures
internal import Tensors

/// Estimates the foreground's own colours where foreground and background mix, so that a cut-out has no fringe of the
/// old background: the fast multi-level method of Germer, Uelwer, Conrad and Harmeling (2020).
///
/// Foreground and background are estimated on a pyramid, from one pixel upwards. Small levels are computed completely,
/// and large ones only in tiles with pixels of both, so that the time depends on the length of the edge.
public struct ForegroundEstimation: Sendable, Hashable {
  /// The weight of the difference between neighbours where alpha does not change.
  public var smoothness: Float = 1e-5
  /// The additional weight per change of alpha.
  public var gradientWeight: Float = 1
  /// The sweeps over each level that is computed completely.
  public var smallIterations = 10
  /// The sweeps over each larger level.
  public var largeIterations = 2

  /// The most pixels of a level that is computed completely.
  private static let wholeLevelLimit = 1 << 14
  /// The rows and columns around a part of a level that are computed as well.
  private static let margin = 2

  /// Estimation with the default parameters.
  public init() {}

  /// The foreground of a picture: RGBA with straight alpha, with the depth and metadata of the picture.
  ///
  /// Background pixels are transparent black. Those beside the foreground have its colour, so that programs that scale
  /// the cut-out without regard to alpha show no dark seam. If the picture has alpha, its transparent pixels stay
  /// transparent.
  ///
  /// - Parameters:
  ///   - picture: the picture to cut out of.
  ///   - matte: the matte of the picture, of its size.
  public func cutout(of picture: Picture, matte: AlphaMatte) -> Picture {
    precondition(matte.size == picture.size, "a matte of \(matte.size) for a picture of \(picture.size)")
    let pyramid = LocalPyramid(picture, matte, self)
    let samples: Picture.Samples =
      switch picture.samples {
      case .bits8(let values): .bits8(pyramid.cutout(values))
      case .bits16(let values): .bits16(pyramid.cutout(values))
      }
    return picture.replacing(hasAlpha: true, samples: samples)
  }

  /// The levels of the pyramid that are computed completely, and what parts of the larger ones are computed from.
  private struct LocalPyramid: Sendable {
    let picture: Picture
    let matte: AlphaMatte
    let rows: PictureRows
    let estimation: ForegroundEstimation
    /// How many times the picture is halved to give the largest complete level.
    let depth: Int
    let base: ForegroundLevel

    init(_ picture: Picture, _ matte: AlphaMatte, _ estimation: ForegroundEstimation) {
      self.picture = picture
      self.matte = matte
      self.estimation = estimation
      rows = PictureRows(picture)
      var (depth, size) = (0, picture.size)
      while size.height * size.width > wholeLevelLimit {
        depth += 1
        size = Size(height: (size.height + 1) / 2, width: (size.width + 1) / 2)
      }
      self.depth = depth
      base = Self.base(rows, matte, step: 1 << depth, size, estimation)
    }

    /// The largest complete level, computed from the smaller ones. Its cells are `step` pixels wide and high.
    private static func base(
      _ rows: PictureRows, _ matte: AlphaMatte, step: Int, _ size: Size, _ estimation: ForegroundEstimation
    ) -> ForegroundLevel {
      let cells = (0..<size.height).mapInParallel { row in
        Self.cells(of: rows, matte, row: row, columns: 0..<size.width, step: step)
      }
      var levels = [(size: size, colors: cells.flatMap(\.colors), alphas: cells.flatMap(\.alphas))]
      while let finest = levels.last, finest.size.height * finest.size.width > 1 {
        levels.append(ForegroundLevel.halved(finest.size, finest.colors, finest.alphas))
      }
      var level: ForegroundLevel?
      for next in levels.reversed() {
        var finer = ForegroundLevel(size: next.size, colors: next.colors, alphas: next.alphas, from: level)
        estimation.relax(&finer, iterations: estimation.smallIterations)
        level = finer
      }
      return level ?? ForegroundLevel(size: size, colors: levels[0].colors, alphas: levels[0].alphas, from: nil)
    }

    /// The mean colours and alphas of the cells of one row of a level.
    private static func cells(
      of rows: PictureRows, _ matte: AlphaMatte, row: Int, columns: Range<Int>, step: Int
    ) -> (colors: [SIMD4<Float>], alphas: [Float]) {
      let pixels = columns.lowerBound * step..<min(columns.upperBound * step, rows.size.width)
      var colors = [SIMD4<Float>](repeating: .zero, count: columns.count)
      var alphas = [Float](repeating: 0, count: columns.count)
      let lines = row * step..<min((row + 1) * step, rows.size.height)
      withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: pixels.count) { line in
        guard let line = line.baseAddress else { return }
        for y in lines {
          rows.read(y, pixels, into: line)
          var (cell, left) = (0, step)
          for x in 0..<pixels.count {
            colors[cell] += line[x]
            alphas[cell] += Float(matte.values[y * rows.size.width + pixels.lowerBound + x])
            left -= 1
            if left == 0 { (cell, left) = (cell + 1, step) }
          }
        }
      }
      for cell in 0..<columns.count {
        // The fourth component counts the pixels.
        let count = colors[cell].w
        colors[cell] /= count
        alphas[cell] /= count * Float(AlphaMatte.opaque)
      }
      return (colors, alphas)
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
          let part = Part(columns: x..<min(x + side, size.width), lines: y..<min(y + side, size.height))
          write(part, of: samples, into: result)
        }
        initialized = size.height * size.width * 4
      }
    }

    /// A rectangle of a level.
    struct Part {
      var columns: Range<Int>
      var lines: Range<Int>

      /// The same rectangle in the level of half the size, grown by `margin`.
      func halved(in size: Size, margin: Int) -> Part {
        Part(
          columns: max(0, columns.lowerBound / 2 - margin)..<min(size.width, (columns.upperBound + 1) / 2 + margin),
          lines: max(0, lines.lowerBound / 2 - margin)..<min(size.height, (lines.upperBound + 1) / 2 + margin))
      }

      func grown(in size: Size, by margin: Int) -> Part {
        Part(
          columns: max(0, columns.lowerBound - margin)..<min(size.width, columns.upperBound + margin),
          lines: max(0, lines.lowerBound - margin)..<min(size.height, lines.upperBound + margin))
      }
    }

    /// Writes the samples of a tile.
    private func write<Sample: FixedWidthInteger & UnsignedInteger>(
      _ tile: Part, of samples: [Sample], into result: UnsafeMutableBufferPointer<Sample>
    ) {
      let width = picture.size.width
      let mixed = tile.lines.contains { y in
        matte.values[y * width + tile.columns.lowerBound..<y * width + tile.columns.upperBound]
          .contains { $0 != 0 && $0 != AlphaMatte.opaque }
      }
      let level = mixed ? estimate(tile) : nil
      let channels = picture.channels
      let full = Float(Sample.max)
      samples.withUnsafeBufferPointer { samples in
        for y in tile.lines {
          for x in tile.columns {
            let (i, to) = (y * width + x, 4 * (y * width + x))
            let alpha = matte.values[i]
            var color: (Sample, Sample, Sample) = (0, 0, 0)
            if alpha == AlphaMatte.opaque {
              color = (samples[i * channels], samples[i * channels + 1], samples[i * channels + 2])
            } else if let level, alpha != 0 || isBesideForeground(x, y) {
              let local = (y - level.origin.y) * level.size.width + x - level.origin.x
              let estimate = level.foreground[local] * full + 0.5
              color = (
                Sample(truncatingIfNeeded: Int32(estimate.x)), Sample(truncatingIfNeeded: Int32(estimate.y)),
                Sample(truncatingIfNeeded: Int32(estimate.z))
              )
            }
            result.initializeElement(at: to, to: color.0)
            result.initializeElement(at: to + 1, to: color.1)
            result.initializeElement(at: to + 2, to: color.2)
            let own = channels == 4 ? UInt64(samples[i * 4 + 3]) : UInt64(Sample.max)
            result.initializeElement(
              at: to + 3, to: Sample((UInt64(alpha) * own + UInt64(AlphaMatte.opaque) / 2) / UInt64(AlphaMatte.opaque)))
          }
        }
      }
    }

    private func isBesideForeground(_ x: Int, _ y: Int) -> Bool {
      let size = picture.size
      for line in max(0, y - 2)...min(size.height - 1, y + 2) {
        for column in max(0, x - 2)...min(size.width - 1, x + 2) where matte.values[line * size.width + column] != 0 {
          return true
        }
      }
      return false
    }

    /// The estimates for a tile, from the largest complete level through parts of the levels between.
    private func estimate(_ tile: Part) -> ForegroundLevel {
      var sizes = [picture.size]
      var parts = [tile.grown(in: picture.size, by: margin)]
      for index in 0..<depth {
        let size = Size(height: (sizes[index].height + 1) / 2, width: (sizes[index].width + 1) / 2)
        sizes.append(size)
        parts.append(parts[index].halved(in: size, margin: margin))
      }
      var level = base
      for index in (0..<depth).reversed() {
        let part = parts[index]
        let cells = part.lines.map { Self.cells(of: rows, matte, row: $0, columns: part.columns, step: 1 << index) }
        level = ForegroundLevel(
          origin: (part.columns.lowerBound, part.lines.lowerBound),
          size: Size(height: part.lines.count, width: part.columns.count), colors: cells.flatMap(\.colors),
          alphas: cells.flatMap(\.alphas), from: level)
        estimation.relax(&level, iterations: estimation.largeIterations)
      }
      return level
    }
  }

  private func relax(_ level: inout ForegroundLevel, iterations: Int) {
    level.relax(iterations: iterations, smoothness: smoothness, gradientWeight: gradientWeight)
  }
}
