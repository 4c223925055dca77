internal import Tensors

extension Size {
  /// The size of the same aspect ratio whose longer side is `side`; a smaller size stays as it is.
  func fitting(side: Int) -> Size {
    let longer = max(height, width)
    guard longer > side else { return self }
    return Size(height: max(1, height * side / longer), width: max(1, width * side / longer))
  }
}

extension Picture {
  /// A small opaque 8-bit copy, no side longer than `side` pixels.
  public func thumbnail(side: Int, background: Color = .white) -> Picture {
    let small = size.fitting(side: side)
    var picture = resized(to: small, background: background)
    (picture.density, picture.metadata, picture.notes) = (nil, Metadata(), [])
    return picture
  }
}

extension Mask {
  /// A small copy, no side longer than `side` pixels.
  public func thumbnail(side: Int) -> Mask { resized(to: size.fitting(side: side)) }
}
