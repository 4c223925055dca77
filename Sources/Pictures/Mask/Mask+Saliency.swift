public import Tensors

extension Mask {
  /// The mask of a saliency map: min–max normalized, ×255 and truncated to 8 bits, brought to the picture's size.
  ///
  /// - Parameters:
  ///   - map: `[height, width]`, row-major, of any range; a flat map gives zeros, and NaN counts as the least value.
  ///   - mapSize: the map's size.
  ///   - size: the mask's size, the picture's own.
  ///   - resampling: `.lanczos` as rembg does; every other is the triangle that the authors take. Both as Pillow computes them.
  public init(saliency map: [Float], of mapSize: Size, resizedTo size: Size, resampling: Resampling = .bilinear) {
    precondition(map.count == mapSize.height * mapSize.width, "\(map.count) values do not fill \(mapSize)")
    let mask = Mask(size: mapSize, pixels: Self.minMaxNormalized(map).map { UInt8($0 * 255) })
    self = mask.resized(to: size, resampling: resampling)
  }

  /// `(x − min) / (max − min)`, in 0 … 1; zeros where all values are equal or none is finite.
  ///
  /// Values that are not finite take no part in the minimum and maximum; they become 0, or 1 for +∞.
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

  /// The mask at another size, neither extent zero, as Pillow resizes 8-bit grey.
  public func resized(to target: Size, resampling: Resampling = .bilinear) -> Mask {
    let filter: ResizeFilter = resampling == .lanczos ? .lanczos3 : .triangle
    let resizer = FilterResizer(from: size, to: target, filter: filter)
    return Mask(size: target, pixels: resizer.resize(pixels, channels: 1))
  }
}
