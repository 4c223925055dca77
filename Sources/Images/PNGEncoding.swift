internal import CImageCodecs
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// What can be written as a PNG file.
public protocol PNGEncodable: Sendable {
  /// The bytes of the file; `name` is what errors call it.
  func encodedPNG(name: String) throws(ImageError) -> [UInt8]
  /// Writes the file whole or not at all.
  func writePNG(toFileAt path: String) throws(ImageError)
}

extension Mask: PNGEncodable {
  /// The mask as a PNG file of 8-bit grey.
  ///
  /// - Throws: an `ImageError` where memory is short or an extent is zero.
  public func encodedPNG(name: String = "mask") throws(ImageError) -> [UInt8] {
    try pixels.withUnsafeBufferPointer { (values) throws(ImageError) in
      try PNGEncoder.encode(
        UnsafeRawBufferPointer(values), size: size, channels: 1, bytesPerSample: 1, iccProfile: nil,
        name: name)
    }
  }

  /// Writes the mask as a PNG file of 8-bit grey, by `OutputFile.save`.
  public func writePNG(toFileAt path: String) throws(ImageError) {
    try OutputFile.save(encodedPNG(name: path), toFileAt: path)
  }
}

extension Picture: PNGEncodable {
  /// The picture as a PNG file: RGB or RGBA, 8 or 16 bits, with its ICC profile.
  ///
  /// - Throws: an `ImageError` where memory is short or an extent is zero.
  public func encodedPNG(name: String = "picture") throws(ImageError) -> [UInt8] {
    func encode(_ bytes: UnsafeRawBufferPointer, _ bytesPerSample: Int) throws(ImageError) -> [UInt8] {
      try PNGEncoder.encode(
        bytes, size: size, channels: channels, bytesPerSample: bytesPerSample, iccProfile: iccProfile, name: name)
    }
    switch samples {
    case .bits8(let values):
      return try values.withUnsafeBufferPointer { (values) throws(ImageError) in
        try encode(UnsafeRawBufferPointer(values), 1)
      }
    case .bits16(let values):
      return try values.withUnsafeBufferPointer { (values) throws(ImageError) in
        try encode(UnsafeRawBufferPointer(values), 2)
      }
    }
  }

  /// Writes the picture as a PNG file, by `OutputFile.save`.
  public func writePNG(toFileAt path: String) throws(ImageError) {
    try OutputFile.save(encodedPNG(name: path), toFileAt: path)
  }
}

/// PNG by libpng, into memory.
enum PNGEncoder {
  /// A PNG file of interleaved rows; 1, 3 or 4 channels, 1 or 2 bytes a sample.
  static func encode(
    _ samples: UnsafeRawBufferPointer, size: Size, channels: Int, bytesPerSample: Int, iccProfile: [UInt8]?,
    name: String
  ) throws(ImageError) -> [UInt8] {
    var info = u2cl_image_info(
      width: size.width, height: size.height, channels: Int32(channels), bytes_per_sample: Int32(bytesPerSample))
    var file: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status =
      if let iccProfile {
        u2cl_png_encode(samples.baseAddress, &info, iccProfile, iccProfile.count, &file, &count)
      } else {
        u2cl_png_encode(samples.baseAddress, &info, nil, 0, &file, &count)
      }
    guard status == U2CL_CODEC_OK, let file else {
      throw ImageError(status == U2CL_CODEC_OUT_OF_MEMORY ? .outOfMemory : .notEncodable(.png, size), name: name)
    }
    defer { free(file) }
    return Array(UnsafeBufferPointer(start: file, count: count))
  }
}
