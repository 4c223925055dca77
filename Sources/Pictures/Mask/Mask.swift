public import Tensors

/// An 8-bit grey picture: 0 is background, 255 is the salient object.
public struct Mask: Sendable, Equatable {
  /// In pixels.
  public let size: Size
  /// `[height, width]`, row-major.
  public let pixels: [UInt8]

  /// A mask of the given pixels; their number must be `height · width`.
  public init(size: Size, pixels: [UInt8]) {
    precondition(pixels.count == size.height * size.width, "\(pixels.count) pixels do not fill \(size)")
    self.size = size
    self.pixels = pixels
  }
}
