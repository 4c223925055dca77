/// How a picture or a map is brought to another size.
public enum Resampling: String, Sendable, CaseIterable {
  /// For pictures, the authors' way: bilinear between pixel centres without antialiasing, in floating point, black
  /// beyond the border (scikit-image `resize(order=1, mode='constant', anti_aliasing=False)`).
  ///
  /// For masks, which the authors bring back to size with Pillow: the same as `antialiased`.
  case bilinear
  /// A triangle as wide as a source pixel or, where larger, a target pixel (Pillow's `BILINEAR`, 8 bits).
  case antialiased
  /// Lanczos with three lobes (Pillow's `LANCZOS`, 8 bits), rembg's way.
  case lanczos
}
