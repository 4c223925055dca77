public import Tensors

extension Mask {
  /// The mask of a saliency map: normalized, quantized to 8 bits, and resized.
  ///
  /// - Parameters:
  ///   - map: the saliency, `[height, width]`, row-major, of any range. NaN becomes 0.
  ///   - mapSize: the size of the map.
  ///   - size: the size of the mask, which is the picture's.
  ///   - resampling: `.lanczos` is rembg's filter; every other value is the triangle filter of U²-Net's authors. Both
  ///     are computed as in Pillow.
  ///   - normalization: how values become levels; min–max by default, by which a flat map gives zeros.
  ///   - areProbabilities: whether the values are probabilities; otherwise they are logits.
  public init(
    saliency map: [Float], of mapSize: Size, resizedTo size: Size, resampling: Resampling = .bilinear,
    normalization: MapNormalization = .minMax, areProbabilities: Bool = true
  ) {
    precondition(map.count == mapSize.height * mapSize.width, "\(map.count) values do not fill \(mapSize)")
    let mask = Mask(size: mapSize, pixels: normalization.levels(of: map, areProbabilities: areProbabilities))
    self = mask.resized(to: size, resampling: resampling)
  }

  /// `(x − min) / (max − min)`, in 0 … 1; zeros if all values are equal or none is finite.
  ///
  /// Values that are not finite do not count for the minimum and maximum; they become 0, except that +∞ becomes 1.
  public static func minMaxNormalized(_ map: [Float]) -> [Float] {
    var (least, most) = (Float.infinity, -Float.infinity)
    for value in map where value.isFinite {
      least = min(least, value)
      most = max(most, value)
    }
    let range = most - least
    guard range > 0, range.isFinite else { return Array(repeating: 0, count: map.count) }
    return map.map { $0.isNaN ? 0 : min(1, max(0, ($0 - least) / range)) }
  }

  /// The mask resized, as Pillow resizes 8-bit grey. Neither extent of `target` is zero.
  public func resized(to target: Size, resampling: Resampling = .bilinear) -> Mask {
    let filter: ResizeFilter = resampling == .lanczos ? .lanczos3 : .triangle
    let resizer = FilterResizer(from: size, to: target, filter: filter)
    return Mask(size: target, pixels: resizer.resize(pixels, channels: 1))
  }
}
