/// How a picture or a map is brought to another size.
public enum Resampling: String, Sendable, CaseIterable {
  /// For pictures, the authors' way: bilinear between pixel centres without antialiasing, in floating point, the border's
  /// pixels repeated outwards (scikit-image `resize(order=1, mode='edge', anti_aliasing=False)`).
  ///
  /// For masks, which the authors bring back to size with Pillow: the same as `antialiased`.
  case bilinear
  /// The same with black beyond the border (`mode='constant'`), which the authors' loader asks for; it darkens the
  /// outermost pixels of pictures that are smaller than the network's input, and changes no others.
  case bilinearConstant = "bilinear-constant"
  /// A triangle as wide as a source pixel or, where larger, a target pixel (Pillow's `BILINEAR`, 8 bits).
  case antialiased
  /// Lanczos with three lobes (Pillow's `LANCZOS`, 8 bits), rembg's way.
  case lanczos
}
