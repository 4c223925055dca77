internal import CPixels
internal import Pictures
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
    right.withUnsafeMutableBufferPointer { right in
      weights.withUnsafeMutableBufferPointer { weights in
        nonisolated(unsafe) let (right, weights, weighting) = (right, weights, weighting)
        field.withSampler(of: band.size) { prior in
          nonisolated(unsafe) let prior = prior
          band.sumOverStrips { _, blocks in
            for index in blocks {
              let (block, place) = (band.blocks[index], Int(band.places[index]))
              let row = prior.row(block.y)
              for lane in 0..<8 where block.unknown >> lane & 1 == 1 {
                let at = place + lane
                let color = SIMD4(colors.red.values[at], colors.green.values[at], colors.blue.values[at], 1)
                let said = prior.value(block.x + lane, row, color: color)
                let weight = weighting(said.trust)
                (weights[index * 8 + lane], right[index * 8 + lane]) = (weight, said.alpha * weight)
                alpha.values[at] = said.alpha
              }
            }
            return 0
          }
        }
      }
    }
    if let coarser { interpolate(coarser) }
    return (right, weights)
  }

  /// Sets the unknown pixels to those of a coarser level, interpolated between the four nearest pixels.
  private func interpolate(_ coarser: MattingLevel) {
    let across = CellSampler(cells: coarser.band.size.width, pixels: band.size.width)
    let down = CellSampler(cells: coarser.band.size.height, pixels: band.size.height)
    band.sumOverStrips { _, blocks in
      let (from, to) = (coarser.alpha.values, alpha.values)
      for index in blocks {
        let block = band.blocks[index]
        let row = down[block.y]
        let (above, below) = (from + coarser.band.place(0, row.lower), from + coarser.band.place(0, row.upper))
        for lane in 0..<8 where block.unknown >> lane & 1 == 1 {
          let column = across[block.x + lane]
          let upper = above[column.lower] + (above[column.upper] - above[column.lower]) * column.fraction
          let lower = below[column.lower] + (below[column.upper] - below[column.lower]) * column.fraction
          to[Int(band.places[index]) + lane] = upper + (lower - upper) * row.fraction
        }
      }
      return 0
    }
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

/// Reads a field at the pixels of a level, interpolated between the centres of cells.
private struct FieldSampler {
  let values: UnsafePointer<SIMD4<Float>>
  let trust: UnsafePointer<Float>
  let width: Int
  let across: CellSampler
  let down: CellSampler

  func row(_ y: Int) -> (lower: Int, upper: Int, fraction: Float) { down[y] }

  /// Alpha of a pixel, clamped to 0 … 1, and the trust there.
  @inline(__always)
  func value(
    _ x: Int, _ row: (lower: Int, upper: Int, fraction: Float), color: SIMD4<Float>
  ) -> (alpha: Float, trust: Float) {
    let column = across[x]
    let (above, below) = (values + row.lower * width, values + row.upper * width)
    let upper = above[column.lower] + (above[column.upper] - above[column.lower]) * column.fraction
    let lower = below[column.lower] + (below[column.upper] - below[column.lower]) * column.fraction
    let alpha = min(1, max(0, (upper + (lower - upper) * row.fraction).dot(color)))
    let nearest =
      (row.fraction < 0.5 ? row.lower : row.upper) * width + (column.fraction < 0.5 ? column.lower : column.upper)
    return (alpha, trust[nearest])
  }
}

extension CoefficientField {
  /// Calls `body` with a sampler for a level of size `pixels`.
  fileprivate func withSampler(of pixels: Size, _ body: (FieldSampler) -> Void) {
    values.withUnsafeBufferPointer { values in
      trust.withUnsafeBufferPointer { trust in
        guard let values = values.baseAddress, let trust = trust.baseAddress else { return }
        body(
          FieldSampler(
            values: values, trust: trust, width: size.width,
            across: CellSampler(cells: size.width, pixels: pixels.width),
            down: CellSampler(cells: size.height, pixels: pixels.height)))
      }
    }
  }
}
