public import Pictures
internal import Tensors

/// A background for a cut-out.
public enum Backdrop: Sendable, Equatable {
  /// A single colour.
  case color(Color)
  /// A picture, scaled to cover the cut-out and centred.
  case picture(Picture)

  /// The backdrop as a picture of this size without alpha; nil for a colour.
  func filling(_ size: Size) -> Picture? {
    guard case .picture(let picture) = self else { return nil }
    let opaque = picture.flattened()
    guard opaque.size != size else { return opaque }
    // The largest centred part of the picture with the aspect ratio of the size.
    let scale = min(Double(picture.size.width) / Double(size.width), Double(picture.size.height) / Double(size.height))
    let width = min(picture.size.width, max(1, Int((Double(size.width) * scale).rounded())))
    let height = min(picture.size.height, max(1, Int((Double(size.height) * scale).rounded())))
    let (left, top) = ((picture.size.width - width) / 2, (picture.size.height - height) / 2)
    let part = opaque.cropped(to: PixelBox(columns: left..<left + width, rows: top..<top + height))
    return part.resized(to: size)
  }
}

extension Color {
  /// Red, green and blue in 0 … 1, and 1.
  var vector: SIMD4<Float> { SIMD4(Float(red) / 255, Float(green) / 255, Float(blue) / 255, 1) }
}

extension Picture {
  /// The cut-out laid over a backdrop: `F · α + backdrop · (1 − α)`, with this picture's depth and without alpha. A
  /// picture without alpha is returned unchanged.
  public func composited(over backdrop: Backdrop) -> Picture {
    guard hasAlpha else { return self }
    let picture = backdrop.filling(size).map { PictureRows($0) }
    let color: SIMD4<Float> = if case .color(let color) = backdrop { color.vector } else { .zero }
    return blended { y, line in
      if let picture {
        picture.read(y, 0..<size.width, into: line)
      } else {
        line.initialize(repeating: color, count: size.width)
      }
    }
  }
}
