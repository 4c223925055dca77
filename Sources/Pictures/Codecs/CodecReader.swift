internal import CImageCodecs
internal import Tensors

/// Decodes PNG and JPEG by libpng and libjpeg-turbo, which are behind `CImageCodecs`.
struct CodecReader: ~Copyable {
  private let handle: OpaquePointer
  private let format: PictureFormat

  /// Decodes a file; `format` is `.png` or `.jpeg`.
  static func decode(
    _ file: UnsafeBufferPointer<UInt8>, format: PictureFormat, pixelLimit: Int
  ) throws(PictureError.Problem) -> DecodedFile {
    let reader = try CodecReader(file, format: format)
    let info = try reader.header(ofFileOf: file.count, pixelLimit: pixelLimit)
    let size = Size(height: info.height, width: info.width)
    let count = info.height * info.width * Int(info.channels)
    let samples: Picture.Samples =
      info.bytes_per_sample == 2 ? .bits16(try reader.pixels(count)) : .bits8(try reader.pixels(count))
    let exif = reader.exif
    let picture = Picture(
      size: size, hasAlpha: info.channels == 4, samples: samples,
      iccProfile: reader.metadata(u2cl_reader_icc_profile).map { Array($0) },
      density: reader.density ?? exif?.density,
      metadata: Metadata(exif: exif, xmp: reader.metadata(u2cl_reader_xmp).map { Array($0) }))
    return DecodedFile(picture: picture, orientation: Orientation(exif: exif))
  }

  /// The size in the header of a file, before EXIF turns the picture.
  static func claimedSize(
    _ file: UnsafeBufferPointer<UInt8>, format: PictureFormat
  ) throws(PictureError.Problem) -> Size {
    let reader = try CodecReader(file, format: format)
    var info = u2cl_image_info()
    try reader.check(u2cl_reader_read_header(reader.handle, &info))
    return Size(height: info.height, width: info.width)
  }

  /// Decodes a file whose picture is opaque, grey, of at most 8 bits a sample, and stored upright.
  ///
  /// - Returns: nil for any other picture.
  static func decodeGrey(
    _ file: UnsafeBufferPointer<UInt8>, format: PictureFormat, pixelLimit: Int
  ) throws(PictureError.Problem) -> Mask? {
    let reader = try CodecReader(file, format: format)
    u2cl_reader_keep_grey(reader.handle)
    let info = try reader.header(ofFileOf: file.count, pixelLimit: pixelLimit)
    guard info.channels == 1 else { return nil }
    let size = Size(height: info.height, width: info.width)
    let mask = Mask(size: size, pixels: try reader.pixels(info.height * info.width))
    // Read last, because a PNG may store its orientation behind the pixels.
    return Orientation(exif: reader.exif) == .upright ? mask : nil
  }

  /// The header of a file of `count` bytes.
  ///
  /// - Throws: if the picture has too many pixels, or the file is too short for them.
  private func header(ofFileOf count: Int, pixelLimit: Int) throws(PictureError.Problem) -> u2cl_image_info {
    var info = u2cl_image_info()
    try check(u2cl_reader_read_header(handle, &info))
    try Picture.check(Size(height: info.height, width: info.width), limit: pixelLimit)
    guard u2cl_reader_fewest_bytes(handle) <= count else { throw .truncated(format) }
    let bytes = info.height * info.width * Int(info.channels * info.bytes_per_sample)
    guard u2cl_memory_is_available(bytes) != 0 else { throw .outOfMemory }
    return info
  }

  private init(_ file: UnsafeBufferPointer<UInt8>, format: PictureFormat) throws(PictureError.Problem) {
    let opened =
      format == .png ? u2cl_png_open(file.baseAddress, file.count) : u2cl_jpeg_open(file.baseAddress, file.count)
    guard let opened else { throw .outOfMemory }
    self.handle = opened
    self.format = format
  }

  deinit { u2cl_reader_close(handle) }

  /// The samples of the whole picture.
  private func pixels<Sample: FixedWidthInteger>(_ count: Int) throws(PictureError.Problem) -> [Sample] {
    var status = U2CL_CODEC_OK
    let samples = [Sample](unsafeUninitializedCapacity: count) { buffer, initialized in
      status = u2cl_reader_read_pixels(handle, buffer.baseAddress)
      initialized = status == U2CL_CODEC_OK ? count : 0
    }
    try check(status)
    return samples
  }

  /// The EXIF block read so far.
  private var exif: EXIFBlock? {
    metadata(u2cl_reader_exif).map { EXIFBlock(Array($0)) }
      ?? metadata(u2cl_reader_raw_exif).flatMap { EXIFBlock(rawProfile: $0) }
  }

  /// The density read so far, if it is not that of the EXIF block.
  private var density: Density? {
    let density = u2cl_reader_density(handle)
    let units: [Int32: Density.Unit] = [1: .inch, 2: .centimetre, 3: .metre]
    return units[density.unit].map {
      Density(horizontal: Double(density.horizontal), vertical: Double(density.vertical), unit: $0)
    }
  }

  /// A block of metadata; nil if the file has none.
  private func metadata(
    _ find: (OpaquePointer?, UnsafeMutablePointer<Int>?) -> UnsafePointer<UInt8>?
  ) -> UnsafeBufferPointer<UInt8>? {
    var count = 0
    return find(handle, &count).map { UnsafeBufferPointer(start: $0, count: count) }
  }

  private func check(_ status: u2cl_codec_status) throws(PictureError.Problem) {
    let detail = String(cString: u2cl_reader_message(handle))
    switch status {
    case U2CL_CODEC_OK: return
    case U2CL_CODEC_TRUNCATED: throw .truncated(format)
    case U2CL_CODEC_OUT_OF_MEMORY: throw .outOfMemory
    case U2CL_CODEC_UNSUPPORTED: throw .unsupported(format, detail: detail)
    default: throw .corrupt(format, detail: detail)
    }
  }
}
