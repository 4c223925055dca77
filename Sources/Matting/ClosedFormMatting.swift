public import Pictures
internal import Tensors

/// Computes alpha around a mask's edge by the closed-form matting of Levin, Lischinski and Weiss (2008), with the
/// result of the guided filter as prior in place of a user's strokes.
///
/// Where the mask is certain, alpha is known; the rest is the band. There alpha is as close as possible to an affine
/// function of colour in every 3×3 window, and to the prior. The equations are solved by preconditioned conjugate
/// gradients from coarse to fine, each level starting from the one before. Only rows of unknown pixels are computed.
public struct ClosedFormMatting: Sendable, Hashable {
  /// The filter that gives the prior.
  public var guided = GuidedUpsampling()
  /// The greatest value of the mask, in 0 … 1, that is certain background.
  public var backgroundLimit: Float = 0.02
  /// The least value of the mask, in 0 … 1, that is certain foreground.
  public var foregroundLimit: Float = 0.98
  /// The number of cells of the mask around an edge that are unknown as well.
  public var bandRadius = 1
  /// The variance of colours, in 0 … 1, by which a window may deviate from a line.
  public var epsilon: Float = 1e-4
  /// The weight of the prior where the mask looks like the average of a sharp matte. The diagonal of the Laplacian is
  /// about 8.
  public var exactWeight: Float = 5
  /// The weight of the prior where the mask is blurred.
  public var blurredWeight: Float = 0.01
  /// The most steps of conjugate gradients on each level.
  public var iterations = 30
  /// The squared residual, relative to the diagonal, at which a level is solved.
  public var tolerance: Float = 1e-7
  /// The most pixels of a level. Larger pictures are solved at a smaller size and upsampled with their colours as
  /// guide.
  public var pixelLimit = 1 << 22

  /// Matting with the default parameters.
  public init() {}

  /// The matte of a mask.
  ///
  /// - Parameters:
  ///   - mask: a mask of any size.
  ///   - picture: the picture; its alpha is ignored.
  public func matte(of mask: CoarseMask, for picture: Picture) -> AlphaMatte {
    let rows = PictureRows(picture)
    let coarse = mask.noLarger(than: picture.size)
    let field = guided.field(of: coarse, guide: rows.averaged(over: coarse.size))
    let trimap = Trimap(
      of: coarse, background: backgroundLimit, foreground: foregroundLimit, radius: bandRadius)
    var solution: Level?
    for size in levels(of: picture.size, mask: coarse.size) {
      let guide = rows.averaged(over: size)
      var level = Level(
        MattingBand(trimap, at: size), trimap, field: field, guide: guide,
        weighting: { blurredWeight + (exactWeight - blurredWeight) * $0 }, from: solution)
      let laplacian = MattingLaplacian(level.band, guide: guide, epsilon: epsilon)
      let system = MattingSystem(laplacian: laplacian, prior: level.prior, weights: level.weights)
      system.solve(&level.alpha, iterations: iterations, tolerance: tolerance)
      (level.prior, level.weights) = ([], [])
      solution = level
    }
    guard let solution else { return field.applied(to: rows) }
    if solution.band.size == picture.size { return solution.matte }
    let values = solution.values
    let finest = CoarseMask(size: solution.band.size, values: values)
    var detail = GuidedUpsampling()
    detail.radius = 1
    return detail.field(of: finest, guide: rows.averaged(over: finest.size)).applied(to: rows)
  }

  /// The sizes of the levels, coarsest first, each half of the next, down to about the size of the mask.
  private func levels(of picture: Size, mask: Size) -> [Size] {
    var size = picture
    while size.height * size.width > pixelLimit { size = size.halved }
    var sizes = [size]
    while size.height / 2 >= mask.height || size.width / 2 >= mask.width {
      size = size.halved
      sizes.append(size)
    }
    return sizes.reversed().filter { $0.height > 2 && $0.width > 2 }
  }

  /// The band of a level, its alpha, and the prior with its weights.
  private struct Level {
    let band: MattingBand
    var alpha: [Float]
    var prior: [SIMD8<Float>]
    var weights: [SIMD8<Float>]

    init(
      _ band: MattingBand, _ trimap: Trimap, field: CoefficientField, guide: [SIMD4<Float>],
      weighting: (_ trust: Float) -> Float, from coarser: Level?
    ) {
      self.band = band
      let size = band.size
      var alpha = [Float](repeating: 0, count: band.planeCount)
      withUnsafeTemporaryAllocation(of: Trimap.Region.self, capacity: size.width) { regions in
        guard let regions = regions.baseAddress else { return }
        for y in 0..<size.height {
          trimap.row(y, of: size, into: regions)
          for x in 0..<size.width where regions[x] == .foreground { alpha[band.place(x, y)] = 1 }
        }
      }
      var (prior, weights) = ([SIMD8<Float>](), [SIMD8<Float>]())
      for block in band.blocks {
        var (q, w) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        for lane in 0..<8 where block.unknown[lane] > 0 {
          let x = block.x + lane
          let said = field.value(at: x, block.y, of: size, color: guide[block.y * size.width + x])
          (q[lane], w[lane]) = (said.alpha, weighting(said.trust))
          alpha[band.place(x, block.y)] = coarser?.interpolated(x, block.y, of: size) ?? said.alpha
        }
        prior.append(q)
        weights.append(w)
      }
      self.alpha = alpha
      self.prior = prior
      self.weights = weights
    }

    /// Alpha at a pixel of a finer level, interpolated between the four nearest pixels.
    func interpolated(_ x: Int, _ y: Int, of finer: Size) -> Float {
      let column = CellSampler(cells: band.size.width, pixels: finer.width)[x]
      let row = CellSampler(cells: band.size.height, pixels: finer.height)[y]
      func line(_ y: Int) -> Float {
        let (left, right) = (alpha[band.place(column.lower, y)], alpha[band.place(column.upper, y)])
        return left + (right - left) * column.fraction
      }
      let (above, below) = (line(row.lower), line(row.upper))
      return above + (below - above) * row.fraction
    }

    /// Alpha without the margin of the plane.
    var values: [Float] {
      (0..<band.size.height).flatMap { y in alpha[band.place(0, y)..<band.place(band.size.width, y)] }
    }

    var matte: AlphaMatte { AlphaMatte(size: band.size, values: values.map(AlphaMatte.value)) }
  }
}

extension Size {
  /// Half of each extent, rounded up.
  var halved: Size { Size(height: (height + 1) / 2, width: (width + 1) / 2) }
}
