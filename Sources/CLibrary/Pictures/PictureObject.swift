import CLibraryHeader
import CPixels
import Matting
import Pictures
import Tensors

/// A picture, mask or matte of a caller.
final class PictureObject: Sendable {
  enum Content: Sendable {
    case picture(Picture)
    case mask(Mask)
    case matte(AlphaMatte)
  }

  let content: Content
  /// What the user should know about it.
  let notes: [String]

  init(_ content: Content, notes: [String] = []) {
    self.content = content
    self.notes = notes
  }

  var size: Size {
    switch content {
    case .picture(let picture): picture.size
    case .mask(let mask): mask.size
    case .matte(let matte): matte.size
    }
  }

  /// The format in which the pixels lie in memory.
  var format: PixelFormat {
    switch content {
    case .mask: .gray8
    case .matte: .gray16
    case .picture(let picture):
      switch picture.samples {
      case .bits8: picture.hasAlpha ? .rgba8 : .rgb8
      case .bits16: picture.hasAlpha ? .rgba16 : .rgb16
      }
    }
  }

  /// Where the pixels lie, as long as this object lives.
  var address: UnsafeRawPointer? {
    switch content {
    case .mask(let mask): UnsafeRawPointer(mask.pixels.address)
    case .matte(let matte): UnsafeRawPointer(matte.values.address)
    case .picture(let picture):
      switch picture.samples {
      case .bits8(let samples): UnsafeRawPointer(samples.address)
      case .bits16(let samples): UnsafeRawPointer(samples.address)
      }
    }
  }

  /// The picture; grey becomes RGB.
  func picture() throws -> Picture {
    if case .picture(let picture) = content { return picture }
    let (size, from, address) = (size, format, address)
    let target: PixelFormat = format == .gray8 ? .rgb8 : .rgb16
    return try Picture(size: size, target) { row, memory in
      guard let address else { return }
      from.convert(address + row * size.width * from.pixelBytes, to: target, memory, pixels: size.width)
    }
  }
}

extension Picture {
  /// A picture whose rows are written by a function.
  ///
  /// - Parameter format: RGB or RGBA.
  /// - Throws: `CallError` if there is not enough memory.
  init(
    size: Size, _ format: PixelFormat, row: (_ row: Int, _ memory: UnsafeMutableRawPointer) throws -> Void
  ) throws {
    let samples: Samples =
      format.layout.bytes == 1
      ? .bits8(try makeSamples(of: size, format, row: row)) : .bits16(try makeSamples(of: size, format, row: row))
    self.init(size: size, hasAlpha: format.layout.channels == 4, samples: samples)
  }
}

/// The samples of a picture whose rows are written by a function.
///
/// - Throws: `CallError` if there is not enough memory.
func makeSamples<Sample: FixedWidthInteger>(
  of size: Size, _ format: PixelFormat, row: (_ row: Int, _ memory: UnsafeMutableRawPointer) throws -> Void
) throws -> [Sample] {
  let perRow = size.width * Int(format.layout.channels)
  try Memory.check(size.height * perRow * MemoryLayout<Sample>.stride)
  return try [Sample](unsafeUninitializedCapacity: size.height * perRow) { samples, count in
    for y in 0..<size.height {
      guard let start = samples.baseAddress else { break }
      try row(y, UnsafeMutableRawPointer(start + y * perRow))
    }
    count = size.height * perRow
  }
}
