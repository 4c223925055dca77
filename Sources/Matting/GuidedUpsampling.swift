public import Pictures
internal import Tensors

/// Brings a coarse mask to a picture's size with the picture as guide: the guided filter of He, Sun and Tang (2013) in
/// its fast form (He and Sun, 2015), with colours as guide.
///
/// In a small window alpha is nearly an affine function of the colour, α = a·I + b. What is affine stays so when both
/// sides are averaged over cells, so a and b are found where the mask is: from the mask and the picture averaged over
/// the mask's cells. Brought to full size they are applied to the picture's own pixels.
///
/// That holds for a mask that is the average of a sharp matte. Small windows then explain it to some 1e-4 in squared
/// error; they count by how well they fit, the mask is interpolated where it is smooth and none fits, and what is left
/// is put back, so that every cell keeps its mean. A network's mask is blurred beyond that, and the error tells: there
/// larger windows decide, which find the picture's edge under the mask's blurred one, and nothing is put back.
public struct GuidedUpsampling: Sendable, Hashable {
  /// The radius of the small windows, in cells of the mask.
  public var radius = 2
  /// The radius of the windows that see past a network's blur.
  public var wideRadius = 4
  /// What is added to the variances of the colours (0 … 1): windows of less contrast follow the mask alone.
  public var epsilon: Float = 1e-4
  /// The squared error (0 … 1) below which one window's fit is as good as another's.
  public var fitTolerance: Float = 1e-4
  /// How much worse than interpolating the mask a fit may be, in squared error, and still count half.
  public var fitPreference: Float = 0.3
  /// The squared error at which a mask counts half as exact and half as blurred.
  public var exactnessLimit: Float = 7e-4

  /// The filter with the usual numbers.
  public init() {}

  /// The matte of a mask.
  ///
  /// - Parameters:
  ///   - mask: of any size.
  ///   - picture: its transparency is not looked at.
  public func matte(of mask: CoarseMask, for picture: Picture) -> AlphaMatte {
    let rows = PictureRows(picture)
    let coarse = mask.noLarger(than: picture.size)
    return field(of: coarse, guide: rows.averaged(over: coarse.size)).applied(to: rows)
  }

  /// a and b of every cell.
  ///
  /// - Parameter guide: the picture's mean colour in every cell, and 1.
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

  /// a and b as they are for a mask that is the average of a matte, and the mean squared error of the fits around each
  /// cell.
  private func exactFits(
    of mask: CoarseMask, guide: [SIMD4<Float>]
  ) -> (values: [SIMD4<Float>], errors: [Float]) {
    let mean = BoxMean(size: mask.size, radius: radius)
    let fits = fits(of: mask, guide: guide, mean)
    let smooth = BoxMean(size: mask.size, radius: 1)(mask.values.map { SIMD2($0, 0) })
    // The squared errors of the fits, and those of interpolating the mask.
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
      // The rest is the mask's own value, and with it every cell keeps its mean.
      fit.w = mask.values[i] - (fit.x * guide[i].x + fit.y * guide[i].y + fit.z * guide[i].z)
      return fit
    }
    return (values, errors.map(\.x))
  }

  /// The fit of least squares in the window around each cell.
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
