internal import CPixels
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
  /// The radius of the small windows, in cells of the mask; from 1 to 16.
  public var radius = 2
  /// The radius of the large windows, in cells of the mask; from 1 to 16.
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
    precondition(guide.count == mask.values.count, "a guide of \(guide.count) cells for a mask of \(mask.size)")
    precondition(
      (1...16).contains(radius) && (1...16).contains(wideRadius), "windows of radius \(radius) and \(wideRadius)")
    let count = mask.values.count
    var trust: [Float] = []
    let values = [SIMD4<Float>](unsafeUninitializedCapacity: count) { values, initialized in
      trust = [Float](unsafeUninitializedCapacity: count) { trust, initialized in
        compute(of: mask, guide: guide, values: values, trust: trust)
        initialized = count
      }
      initialized = count
    }
    return CoefficientField(size: mask.size, values: values, trust: trust)
  }

  /// The rows that are computed at once. The more there are, the less is computed twice where bands meet; the fewer,
  /// the more of it stays in the cache.
  private static let bandHeight = 64

  private func compute(
    of mask: CoarseMask, guide: [SIMD4<Float>], values: UnsafeMutableBufferPointer<SIMD4<Float>>,
    trust: UnsafeMutableBufferPointer<Float>
  ) {
    let (size, height) = (mask.size, Self.bandHeight)
    nonisolated(unsafe) let (values, trust) = (UnsafeMutableRawBufferPointer(values), trust)
    mask.values.withUnsafeBufferPointer { mask in
      guide.withUnsafeBytes { guide in
        nonisolated(unsafe) let mask = u2cl_guided_mask(
          width: size.width, height: size.height, values: mask.baseAddress,
          guide: guide.bindMemory(to: Float.self).baseAddress)
        inParallel((size.height + height - 1) / height) { band in
          var (mask, parameters) = (mask, parameters)
          let scratch = u2cl_guided_scratch(&mask, &parameters, height)
          withUnsafeTemporaryAllocation(of: Float.self, capacity: scratch) { scratch in
            u2cl_guided_fits(
              &mask, &parameters, band * height, min(size.height, (band + 1) * height), scratch.baseAddress,
              values.bindMemory(to: Float.self).baseAddress, trust.baseAddress)
          }
        }
      }
    }
  }

  private var parameters: u2cl_guided_parameters {
    u2cl_guided_parameters(
      radius: radius, wide_radius: wideRadius, epsilon: epsilon, fit_tolerance: fitTolerance,
      fit_preference: fitPreference, exactness_limit: exactnessLimit)
  }
}
