public import Pictures
internal import Tensors

/// Upsamples a coarse mask to a picture's size with the picture as guide: the guided filter of He, Sun and Tang (2013)
/// in its fast form (He and Sun, 2015), guided by colours.
///
/// In a small window alpha is nearly an affine function of the colour, α = a·I + b. This also holds for averages over
/// cells, so a and b are fitted at the mask's size: from the mask, and from the picture averaged over the mask's cells.
/// Then a and b are upsampled and applied to the picture's own pixels.
///
/// This is exact for a mask that is the average of a sharp matte. Small windows then fit the mask to a squared error of
/// about 1e-4. The fits are weighted by their errors, the mask is interpolated where it is smooth and no window fits,
/// and the residual is added, so that every cell keeps its mean. A network's mask is more blurred, which the error
/// reveals. There larger windows are used, which find the picture's edge under the blurred one, and no residual is
/// added.
public struct GuidedUpsampling: Sendable, Hashable {
  /// The radius of the small windows, in cells of the mask.
  public var radius = 2
  /// The radius of the large windows, in cells of the mask.
  public var wideRadius = 4
  /// The regularization: added to the variances of colours (0 … 1). Windows of less contrast follow the mask alone.
  public var epsilon: Float = 1e-4
  /// The squared error (0 … 1) below which all fits count the same.
  public var fitTolerance: Float = 1e-4
  /// The ratio of squared errors, of interpolating the mask to the fit, at which both count half.
  public var fitPreference: Float = 0.3
  /// The squared error at which a mask counts as half exact and half blurred.
  public var exactnessLimit: Float = 7e-4

  /// Upsampling with the default parameters.
  public init() {}

  /// The matte of a mask.
  ///
  /// - Parameters:
  ///   - mask: a mask of any size.
  ///   - picture: the picture; its alpha is ignored.
  public func matte(of mask: CoarseMask, for picture: Picture) -> AlphaMatte {
    let rows = PictureRows(picture)
    let coarse = mask.noLarger(than: picture.size)
    return field(of: coarse, guide: rows.averaged(over: coarse.size)).applied(to: rows)
  }

  /// The coefficients a and b of every cell.
  ///
  /// - Parameter guide: the picture's mean colour in every cell, with 1 as the fourth component.
  func field(of mask: CoarseMask, guide: [SIMD4<Float>]) -> CoefficientField {
    let exact = exactFits(of: mask, guide: guide)
    let mean = BoxMean(size: mask.size, radius: wideRadius)
    let wide = mean(fits(of: mask, guide: guide, mean))
    let trust = exact.errors.map { error in
      let ratio = error / exactnessLimit
      return 1 / (1 + ratio * ratio)
    }
    let values = (0..<wide.count).map { wide[$0] + (exact.values[$0] - wide[$0]) * trust[$0] }
    return CoefficientField(size: mask.size, values: values, trust: trust)
  }

  /// The coefficients for a mask that is the average of a sharp matte, and the mean squared error of the fits around
  /// each cell.
  private func exactFits(
    of mask: CoarseMask, guide: [SIMD4<Float>]
  ) -> (values: [SIMD4<Float>], errors: [Float]) {
    let mean = BoxMean(size: mask.size, radius: radius)
    let fits = fits(of: mask, guide: guide, mean)
    let smooth = BoxMean(size: mask.size, radius: 1)(mask.values.map { SIMD2($0, 0) })
    // The squared errors of the fits and of interpolating the mask.
    let errors = mean(
      (0..<fits.count).map { i -> SIMD2<Float> in
        let difference = SIMD2(mask.values[i] - fits[i].dot(guide[i]), mask.values[i] - smooth[i].x)
        return difference * difference
      })
    let weighted = mean(
      (0..<fits.count).map { i -> SIMD8<Float> in
        let weight = 1 / (errors[i].x + fitTolerance)
        return SIMD8(lowHalf: fits[i] * weight, highHalf: SIMD4(weight, 0, 0, 0))
      })
    let values = (0..<fits.count).map { i -> SIMD4<Float> in
      let share = fitPreference * errors[i].y / (fitPreference * errors[i].y + errors[i].x + 1e-7)
      var fit = weighted[i].lowHalf * (share / weighted[i].highHalf.x)
      // b makes up for the residual, so that every cell keeps its mean.
      fit.w = mask.values[i] - (fit.x * guide[i].x + fit.y * guide[i].y + fit.z * guide[i].z)
      return fit
    }
    return (values, errors.map { $0.x })
  }

  /// The least-squares fit in the window around each cell.
  private func fits(of mask: CoarseMask, guide: [SIMD4<Float>], _ mean: BoxMean) -> [SIMD4<Float>] {
    let p = mask.values
    let colors = mean(zip(guide, p).map { color, p in SIMD4(color.x, color.y, color.z, p) })
    let cross = mean(zip(guide, p).map { color, p in color * p })
    let squares = mean(guide.map { color in color * color })
    let products = mean(guide.map { color in SIMD4(color.x * color.y, color.x * color.z, color.y * color.z, 0) })
    return (0..<p.count).mapInParallel { i in
      let (m, c, s, q) = (colors[i], cross[i], squares[i], products[i])
      let covariance = SymmetricMatrix3(
        xx: s.x - m.x * m.x + epsilon, yy: s.y - m.y * m.y + epsilon, zz: s.z - m.z * m.z + epsilon,
        xy: q.x - m.x * m.y, xz: q.y - m.x * m.z, yz: q.z - m.y * m.z)
      let a = covariance.solve(SIMD3(c.x - m.x * m.w, c.y - m.y * m.w, c.z - m.z * m.w))
      return SIMD4(a, m.w - (a.x * m.x + a.y * m.y + a.z * m.z))
    }
  }
}
