public import Tensors

/// An 8-bit grey picture: 0 is background, 255 is the salient object.
public struct Mask: Sendable, Equatable {
  /// The size in pixels.
  public let size: Size
  /// The pixels, `[height, width]`, row-major.
  public let pixels: [UInt8]

  /// A mask of `height · width` pixels.
  public init(size: Size, pixels: [UInt8]) {
    precondition(pixels.count == size.height * size.width, "\(pixels.count) pixels do not fill \(size)")
    self.size = size
    self.pixels = pixels
  }

  /// The mask of the background: 255 minus each level.
  public var inverted: Mask { Mask(size: size, pixels: pixels.map { 255 - $0 }) }
}
