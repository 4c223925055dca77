internal import CPixels
internal import Tensors

/// The band of a level and its alpha: 0 or 1 where it is known, and a start or the solution where it is not.
struct MattingLevel {
  let band: MattingBand
  let alpha: MattingPlane

  /// The known pixels; unknown ones are 0.
  init(_ trimap: Trimap, at size: Size) {
    let band = MattingBand(trimap, at: size)
    let alpha = MattingPlane(count: band.planeCount)
    let columns = trimap.columns(of: size.width)
    var known: (row: Int, runs: [Range<Int>]) = (-1, [])
    for y in 0..<size.height {
      let row = trimap.row(of: y, in: size.height)
      if row != known.row { known = (row, trimap.runs(of: .foreground, row: row, columns: columns)) }
      for run in known.runs {
        (alpha.values + band.place(run.lowerBound, y)).update(repeating: 1, count: run.count)
      }
    }
    (self.band, self.alpha) = (band, alpha)
  }

  /// Sets the unknown pixels to those of a coarser level, or else to the prior.
  ///
  /// - Parameters:
  ///   - field: gives the prior.
  ///   - weighting: the weight of the prior for a trust of 0 … 1.
  /// - Returns: the prior times its weights, and the weights: eight pixels for each block, 0 for known pixels.
  func start(
    from coarser: MattingLevel?, field: CoefficientField, colors: MattingColors, weighting: (_ trust: Float) -> Float
  ) -> (right: [Float], weights: [Float]) {
    let count = band.blocks.count * 8
    var (right, weights) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
    let columns = coarser.map { coarser in
      let sampler = CellSampler(cells: coarser.band.size.width, pixels: band.size.width)
      return (0..<band.size.width).map { sampler[$0] }
    }
    right.withUnsafeMutableBufferPointer { right in
      weights.withUnsafeMutableBufferPointer { weights in
        nonisolated(unsafe) let (right, weights, weighting) = (right, weights, weighting)
        band.sumOverStrips { _, blocks in
          for index in blocks {
            let block = band.blocks[index]
            for lane in 0..<8 where block.unknown >> lane & 1 == 1 {
              let (x, place) = (block.x + lane, Int(band.places[index]) + lane)
              let color = SIMD4(colors.red.values[place], colors.green.values[place], colors.blue.values[place], 1)
              let prior = field.value(at: x, block.y, of: band.size, color: color)
              weights[index * 8 + lane] = weighting(prior.trust)
              right[index * 8 + lane] = prior.alpha * weights[index * 8 + lane]
              if let coarser, let columns {
                alpha.values[place] = coarser.interpolated(columns[x], block.y, of: band.size.height)
              } else {
                alpha.values[place] = prior.alpha
              }
            }
          }
          return 0
        }
      }
    }
    return (right, weights)
  }

  /// Alpha at a row of a finer level of this height, interpolated between the four nearest pixels.
  @inline(__always)
  private func interpolated(
    _ column: (lower: Int, upper: Int, fraction: Float), _ y: Int, of height: Int
  ) -> Float {
    let row = CellSampler(cells: band.size.height, pixels: height)[y]
    @inline(__always)
    func line(_ y: Int) -> Float {
      let (left, right) = (alpha.values[band.place(column.lower, y)], alpha.values[band.place(column.upper, y)])
      return left + (right - left) * column.fraction
    }
    let (above, below) = (line(row.lower), line(row.upper))
    return above + (below - above) * row.fraction
  }

  /// The matte of a level of the picture's size.
  var matte: AlphaMatte {
    let size = band.size
    let values = [UInt16](unsafeUninitializedCapacity: size.height * size.width) { values, initialized in
      if let values = values.baseAddress {
        nonisolated(unsafe) let values = values
        inParallel(band.strips.count) { strip in
          let top = strip * MattingBand.stripHeight
          for y in top..<min(size.height, top + MattingBand.stripHeight) {
            u2cl_alphas_to_16_bits(
              alpha.values + band.place(0, y), size.width, AlphaMatte.haze, values + y * size.width)
          }
        }
      }
      initialized = size.height * size.width
    }
    return AlphaMatte(size: size, values: values)
  }
}
