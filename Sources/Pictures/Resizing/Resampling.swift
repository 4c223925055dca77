/// How a picture or a map is resized.
public enum Resampling: String, Sendable, CaseIterable {
  /// For pictures, as U²-Net's authors do: bilinear between pixel centres, without antialiasing, in floating point,
  /// with the border repeated outwards (`resize(order=1, mode='edge', anti_aliasing=False)` of scikit-image).
  ///
  /// For masks, which the authors resize with Pillow, the same as `antialiased`.
  case bilinear
  /// The same with black outside the picture (`mode='constant'`), which the authors' loader asks for. It darkens the
  /// outermost pixels of pictures that are smaller than the input, and changes no others.
  case bilinearConstant = "bilinear-constant"
  /// A triangle filter as wide as a source pixel or a target pixel, whichever is larger (Pillow's `BILINEAR`, 8 bits).
  case antialiased
  /// A Lanczos filter of three lobes (Pillow's `LANCZOS`, 8 bits), which rembg uses.
  case lanczos
}
