public import Pictures
internal import Tensors

/// Estimates the foreground's own colours where foreground and background mix, so that a cut-out has no fringe of the
/// old background: the fast multi-level method of Germer, Uelwer, Conrad and Harmeling (2020).
///
/// Foreground and background are estimated on a pyramid, from one pixel upwards. Small levels are computed completely,
/// and large ones only in tiles with pixels of both, and there only near those pixels, so that the time depends on the
/// length of the edge.
public struct ForegroundEstimation: Sendable, Hashable {
  /// The weight of the difference between neighbours where alpha does not change.
  public var smoothness: Float = 1e-5
  /// The additional weight per change of alpha.
  public var gradientWeight: Float = 1
  /// The sweeps over each level that is computed completely.
  public var smallIterations = 10
  /// The sweeps over each larger level.
  public var largeIterations = 2

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
    return picture.replacing(hasAlpha: true, samples: ForegroundPyramid(picture, matte, self).cutout())
  }
}
