internal import CImageCodecs
internal import Tensors

/// Decodes HEIC, AVIF, TIFF, GIF, JPEG XL and JPEG 2000 by libvips, which is opened for the first such file.
struct VipsReader: ~Copyable {
  private let handle: OpaquePointer
  private let format: PictureFormat

  /// Decodes a file.
  static func decode(
    _ file: UnsafeBufferPointer<UInt8>, format: PictureFormat, pixelLimit: Int
  ) throws(PictureError.Problem) -> DecodedFile {
    let reader = try VipsReader(file, format: format)
    let info = u2cl_vips_info(reader.handle)
    let size = Size(height: info.height, width: info.width)
    try Picture.check(size, limit: pixelLimit)
    let count = info.height * info.width * Int(info.channels)
    // GLib ends the process where memory is short, so the decoder's copy is counted, too.
    guard u2cl_memory_is_available(2 * count * Int(info.bytes_per_sample)) != 0 else { throw .outOfMemory }
    let samples: Picture.Samples =
      info.bytes_per_sample == 2 ? .bits16(try reader.pixels(count)) : .bits8(try reader.pixels(count))
    let exif = reader.block("exif-data").map { EXIFBlock($0) }
    let picture = Picture(
      size: size, hasAlpha: info.channels == 4, samples: samples, iccProfile: reader.block("icc-profile-data"),
      density: reader.density ?? exif?.density, metadata: Metadata(exif: exif, xmp: reader.block("xmp-data")),
      notes: reader.notes)
    // The other formats have turned the picture; their EXIF orientation is for information.
    let orientation = Orientation(rawValue: Int(u2cl_vips_orientation(reader.handle))) ?? .upright
    return DecodedFile(
      picture: format == .gif && picture.isOpaque ? picture.withoutAlpha : picture, orientation: orientation)
  }

  /// The size in the header of a file.
  static func claimedSize(
    _ file: UnsafeBufferPointer<UInt8>, format: PictureFormat
  ) throws(PictureError.Problem) -> Size {
    let reader = try VipsReader(file, format: format)
    let info = u2cl_vips_info(reader.handle)
    return Size(height: info.height, width: info.width)
  }

  private init(_ file: UnsafeBufferPointer<UInt8>, format: PictureFormat) throws(PictureError.Problem) {
    guard let kind = VipsLibrary.kind(of: format), VipsLibrary.isAvailable else {
      throw .decoderMissing(format, package: VipsLibrary.package)
    }
    var handle: OpaquePointer?
    try VipsLibrary.call(for: format) { u2cl_vips_open(kind, file.baseAddress, file.count, &handle, $0) }
    guard let handle else { throw .outOfMemory }
    self.handle = handle
    self.format = format
  }

  deinit { u2cl_vips_close(handle) }

  private func pixels<Sample: FixedWidthInteger>(_ count: Int) throws(PictureError.Problem) -> [Sample] {
    var problem: PictureError.Problem?
    let samples = [Sample](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(PictureError.Problem) {
        try VipsLibrary.call(for: format) { u2cl_vips_read(handle, buffer.baseAddress, $0) }
        initialized = count
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    return samples
  }

  private var notes: [Picture.Note] {
    let count = Int(u2cl_vips_pages(handle))
    guard count > 1 else { return [] }
    switch format {
    case .gif: return [.firstFrame(of: count)]
    case .tiff, .heic, .avif: return [.firstPage(of: count)]
    // libvips counts the resolutions of JPEG 2000 as pages.
    default: return []
    }
  }

  /// The density that the file states outside of EXIF.
  private var density: Density? {
    var (horizontal, vertical) = (0.0, 0.0)
    u2cl_vips_density(handle, &horizontal, &vertical)
    guard horizontal > 0, vertical > 0 else { return nil }
    return Density(
      horizontal: (horizontal * 1000).rounded(), vertical: (vertical * 1000).rounded(), unit: .metre)
  }

  private func block(_ name: String) -> [UInt8]? {
    var count = 0
    return u2cl_vips_block(handle, name, &count).map { Array(UnsafeBufferPointer(start: $0, count: count)) }
  }
}

/// The library that decodes and encodes the less usual formats.
enum VipsLibrary {
  /// Debian's package of the library.
  static let package = "libvips42"

  /// Whether the library is installed; the first call opens it.
  static var isAvailable: Bool { u2cl_vips_is_available() != 0 }

  static func kind(of format: PictureFormat) -> u2cl_vips_kind? {
    switch format {
    case .heic, .avif: U2CL_VIPS_HEIF
    case .tiff: U2CL_VIPS_TIFF
    case .gif: U2CL_VIPS_GIF
    case .jpegXL: U2CL_VIPS_JPEG_XL
    case .jpeg2000: U2CL_VIPS_JPEG_2000
    case .png, .jpeg, .webp, .bmp: nil
    }
  }

  /// Calls a function that writes a message if it fails.
  static func call(
    for format: PictureFormat, _ body: (_ message: UnsafeMutablePointer<CChar>?) -> u2cl_codec_status
  ) throws(PictureError.Problem) {
    var message = [CChar](repeating: 0, count: 256)
    let status = message.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    let bytes = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let detail = String(decoding: bytes, as: UTF8.self)
    switch status {
    case U2CL_CODEC_OK: return
    case U2CL_CODEC_OUT_OF_MEMORY: throw .outOfMemory
    case U2CL_CODEC_UNSUPPORTED: throw .unsupported(format, detail: detail)
    case U2CL_CODEC_MISSING: throw .decoderMissing(format, package: package)
    case U2CL_CODEC_TRUNCATED: throw .truncated(format)
    default: throw .corrupt(format, detail: detail)
    }
  }
}

extension Picture {
  /// Whether no pixel is transparent.
  fileprivate var isOpaque: Bool {
    guard hasAlpha else { return true }
    return switch samples {
    case .bits8(let values): stride(from: 3, to: values.count, by: 4).allSatisfy { values[$0] == .max }
    case .bits16(let values): stride(from: 3, to: values.count, by: 4).allSatisfy { values[$0] == .max }
    }
  }
}
