internal import Pictures
internal import Tensors

extension Size {
  /// The distance of a pixel from the centre: 0 there, 1 in the middle of each border.
  func distanceFromCentre(_ x: Int, _ y: Int) -> Float {
    let (u, v) = (Float(2 * x + 1) / Float(width) - 1, Float(2 * y + 1) / Float(height) - 1)
    return (u * u + v * v).squareRoot()
  }
}

extension Picture {
  /// A picture of samples in 0 … 1, with 8 or 16 bits.
  init(size: Size, hasAlpha: Bool, levels: [Double], deep: Bool) {
    self.init(
      size: size, hasAlpha: hasAlpha,
      samples: deep ? .bits16(levels.map { UInt16($0 * 65535) }) : .bits8(levels.map { UInt8($0 * 255) }))
  }
}
