public import Pictures
internal import Tensors

/// What a cut-out is laid over.
public enum Backdrop: Sendable, Equatable {
  /// One colour.
  case color(Color)
  /// A picture, scaled so that it covers the cut-out, its middle in the cut-out's.
  case picture(Picture)

  /// The backdrop as a picture of a size, without alpha.
  func filling(_ size: Size) -> Picture? {
    guard case .picture(let picture) = self else { return nil }
    let opaque = picture.flattened()
    guard opaque.size != size else { return opaque }
    // The part of the picture that has the size's aspect.
    let scale = min(Double(picture.size.width) / Double(size.width), Double(picture.size.height) / Double(size.height))
    let width = min(picture.size.width, max(1, Int((Double(size.width) * scale).rounded())))
    let height = min(picture.size.height, max(1, Int((Double(size.height) * scale).rounded())))
    let (left, top) = ((picture.size.width - width) / 2, (picture.size.height - height) / 2)
    let part = opaque.cropped(to: PixelBox(columns: left..<left + width, rows: top..<top + height))
    return part.resized(to: size)
  }
}

extension Color {
  /// Red, green, blue and 1 in 0 … 1.
  var vector: SIMD4<Float> { SIMD4(Float(red) / 255, Float(green) / 255, Float(blue) / 255, 1) }
}

extension Picture {
  /// The cut-out laid over a backdrop: `F · α + backdrop · (1 − α)`, without alpha, of this picture's depth.
  ///
  /// A picture without alpha is returned as it is.
  public func composited(over backdrop: Backdrop) -> Picture {
    guard hasAlpha else { return self }
    let cutout = PictureRows(self)
    let below = backdrop.filling(size).map { PictureRows($0) }
    let color: SIMD4<Float> = if case .color(let color) = backdrop { color.vector } else { .zero }
    return rendering { y, line in
      withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: size.width) { colors in
        guard let colors = colors.baseAddress else { return }
        colors.initialize(repeating: color, count: size.width)
        below?.read(y, 0..<size.width, into: colors)
        cutout.read(y, 0..<size.width, into: line)
        cutout.readAlpha(y, 0..<size.width, into: line)
        for x in 0..<size.width { line[x] = colors[x] + (line[x] - colors[x]) * line[x].w }
      }
    }
  }
}
