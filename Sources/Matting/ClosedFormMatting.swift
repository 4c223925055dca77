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
    var solution: MattingLevel?
    for size in levels(of: picture.size, mask: coarse.size) {
      let level = MattingLevel(trimap, at: size)
      let colors = MattingColors(of: rows, around: level.band)
      let (right, weights) = level.start(from: solution, field: field, colors: colors) {
        blurredWeight + (exactWeight - blurredWeight) * $0
      }
      let laplacian = MattingLaplacian(level.band, colors: colors, epsilon: epsilon)
      MattingSystem(laplacian, right: right, weights: weights)
        .solve(level.alpha, iterations: iterations, tolerance: tolerance)
      solution = level
    }
    guard let solution else { return field.applied(to: rows) }
    if solution.band.size == picture.size { return solution.matte }
    return MattingDetail(of: rows, solution.alpha, solution.band).matte
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
}

extension Size {
  /// Half of each extent, rounded up.
  var halved: Size { Size(height: (height + 1) / 2, width: (width + 1) / 2) }
}
