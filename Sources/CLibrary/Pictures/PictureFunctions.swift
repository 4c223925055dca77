public import CLibraryHeader
import Compositing
import LibC
import Matting
import Pictures
import Tensors

/// See `u2cl.h`.
@c @implementation
public func u2cl_picture_from_pixels(
  _ pixels: UnsafePointer<u2cl_pixels>?, _ picture: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(picture)
    guard let pixels else { throw CallError.usage("the pixels are NULL") }
    give(PictureObject(try content(of: PixelRows(.read(pixels)))), to: target)
  }
}

/// What a caller's pixels are a picture, mask or matte of.
private func content(of rows: PixelRows) throws -> PictureObject.Content {
  let format = rows.format.kept
  func row(_ y: Int, _ memory: UnsafeMutableRawPointer) {
    // One piece is converted at once.
    guard rows.isPacked else {
      return rows.format.convert(rows.row(y), to: format, memory, pixels: rows.size.width)
    }
    if y == 0 { rows.format.convert(rows.data, to: format, memory, pixels: rows.size.height * rows.size.width) }
  }
  switch format {
  case .gray8: return .mask(Mask(size: rows.size, pixels: try makeSamples(of: rows.size, format, row: row)))
  case .gray16: return .matte(AlphaMatte(size: rows.size, values: try makeSamples(of: rows.size, format, row: row)))
  default: return .picture(try Picture(size: rows.size, format, row: row))
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_picture_decode(
  _ bytes: UnsafeRawPointer?, _ size: Int, _ options: UnsafePointer<u2cl_decoding_options>?,
  _ picture: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(picture)
    let options = try u2cl_decoding_options.read(options)
    guard let bytes, size > 0 else { throw CallError.usage("there are no bytes to decode") }
    let limit = options.pixel_limit == 0 ? Picture.pixelLimit : Int(clamping: options.pixel_limit)
    try Memory.check(size)
    let file = [UInt8](UnsafeRawBufferPointer(start: bytes, count: size))
    let decoded = try Picture(decoding: file, name: "picture", pixelLimit: limit)
    give(PictureObject(.picture(decoded), notes: decoded.notes.map { "\($0)" }), to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_picture_pixels(
  _ picture: OpaquePointer?, _ pixels: UnsafeMutablePointer<u2cl_pixels>?
) -> u2cl_status {
  call(.nothing) {
    let object = try Handles.shared.object(picture, PictureObject.self)
    guard let pixels else { throw CallError.usage("the pixels are NULL") }
    try u2cl_pixels.check(pixels)
    let (size, format) = (object.size, object.format)
    pixels.pointee.data = UnsafeMutableRawPointer(mutating: object.address)
    pixels.pointee.width = size.width
    pixels.pointee.height = size.height
    pixels.pointee.stride = size.width * format.pixelBytes
    pixels.pointee.byte_count = size.height * size.width * format.pixelBytes
    pixels.pointee.format = format.rawValue
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_picture_copy(_ picture: OpaquePointer?, _ target: UnsafePointer<u2cl_pixels>?) -> u2cl_status {
  call(.nothing) {
    let object = try Handles.shared.object(picture, PictureObject.self)
    guard let target else { throw CallError.usage("the pixels are NULL") }
    let rows = try PixelRows(.read(target))
    guard rows.size == object.size else {
      throw CallError.usage("the picture has \(object.size) pixels, and there is memory for \(rows.size)")
    }
    guard let source = object.address else { return }
    let format = object.format
    for y in 0..<rows.size.height {
      let from = source + y * rows.size.width * format.pixelBytes
      format.convert(from, to: rows.format, rows.row(y), pixels: rows.size.width)
    }
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_picture_encode(
  _ picture: OpaquePointer?, _ options: UnsafePointer<u2cl_encoding_options>?,
  _ file: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(file)
    let object = try Handles.shared.object(picture, PictureObject.self)
    let given = try u2cl_encoding_options.read(options)
    let options = EncodingOptions(
      try readChoice(given.format, "format", [.png, .jpeg, .webp, .tiff, .avif]),
      quality: Int(try readNumber(given.quality, "quality", in: 1...100) ?? Int32(EncodingOptions.standardQuality)),
      keepsMetadata: try readFlag(given.keeps_metadata, "keeps_metadata"))
    let bytes =
      switch object.content {
      case .picture(let picture): try picture.encoded(options)
      case .mask(let mask): try mask.encoded(options)
      case .matte(let matte): try matte.encoded(options)
      }
    give(BufferObject(bytes), to: target)
  }
}

extension AlphaMatte {
  /// The matte as a file: 16-bit grey where the format has it.
  fileprivate func encoded(_ options: EncodingOptions) throws -> [UInt8] {
    guard options.format == .png || options.format == .tiff else { return try mask.encoded(options, name: "matte") }
    return try Mask.encodedGrey(values, size: size, options, name: "matte")
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_picture_notes(
  _ picture: OpaquePointer?, _ json: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call(.nothing) {
    let target = try output(json)
    try give(json: Handles.shared.object(picture, PictureObject.self).notes, to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_picture_release(_ picture: OpaquePointer?) -> u2cl_status { release(picture, PictureObject.self) }
