public import Pictures
public import Tensors

/// How much of each pixel of a picture is foreground, in 16 bits.
public struct AlphaMatte: Sendable, Equatable {
  /// The size in pixels, which is the picture's.
  public let size: Size
  /// The values, `[height, width]`, row-major: 0 is background, 65535 is foreground.
  public internal(set) var values: [UInt16]

  /// A matte of `height · width` values.
  public init(size: Size, values: [UInt16]) {
    precondition(values.count == size.height * size.width, "\(values.count) values do not fill \(size)")
    self.size = size
    self.values = values
  }

  /// The matte of a mask; each of its 256 levels becomes a value of 16 bits.
  public init(_ mask: Mask) {
    self.init(size: mask.size, values: mask.pixels.map { UInt16($0) * 257 })
  }

  /// The matte of the background: foreground and background change places.
  public var inverted: AlphaMatte { AlphaMatte(size: size, values: values.map { Self.opaque - $0 }) }

  /// The value of foreground.
  public static let opaque: UInt16 = 65535

  /// The matte in 8 bits, rounded.
  public var mask: Mask {
    let pixels = [UInt8](unsafeUninitializedCapacity: values.count) { pixels, initialized in
      nonisolated(unsafe) let pixels = pixels
      inParallel(size.height) { y in
        for i in y * size.width..<(y + 1) * size.width {
          pixels.initializeElement(at: i, to: UInt8(truncatingIfNeeded: (UInt32(values[i]) + 128) / 257))
        }
      }
      initialized = values.count
    }
    return Mask(size: size, pixels: pixels)
  }

  /// The distance from 0 or 1 within which an estimated alpha counts as 0 or 1, because an invisible haze costs time
  /// and bytes.
  package static let haze: Float = 0.01
}
