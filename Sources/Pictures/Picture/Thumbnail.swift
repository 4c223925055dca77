internal import Tensors

extension Size {
  /// The size with the same aspect whose longer side is `side`; the size itself where it is no larger.
  func fitting(side: Int) -> Size {
    let longer = max(height, width)
    guard longer > side else { return self }
    return Size(height: max(1, height * side / longer), width: max(1, width * side / longer))
  }
}

extension Picture {
  /// A small opaque 8-bit picture, for looking at: no side is longer than `side` pixels.
  public func thumbnail(side: Int, background: Color = .white) -> Picture {
    let small = size.fitting(side: side)
    var picture = resized(to: small, background: background)
    (picture.metadata, picture.notes) = (Metadata(), [])
    return picture
  }
}

extension Mask {
  /// A small mask, for looking at: no side is longer than `side` pixels.
  public func thumbnail(side: Int) -> Mask { resized(to: size.fitting(side: side)) }
}
