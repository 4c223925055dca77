internal import CImageCodecs
internal import Tensors

/// Encodes TIFF and AVIF by libvips.
enum VipsWriter {
  /// The bytes of a file. TIFF is compressed without loss; AVIF has up to 12 bits a sample.
  static func encode(
    _ samples: EncodableSamples, _ options: EncodingOptions, _ attachments: Attachments
  ) throws(PictureError.Problem) -> [UInt8] {
    let format = options.format
    guard samples.size.height > 0, samples.size.width > 0, format == .tiff || format == .avif,
      let kind = VipsLibrary.kind(of: format)
    else { throw .notEncodable(format, samples.size) }
    guard VipsLibrary.isAvailable else { throw .encoderMissing(format, package: VipsLibrary.package) }
    var info = u2cl_image_info(
      width: samples.size.width, height: samples.size.height, channels: Int32(samples.channels),
      bytes_per_sample: Int32(samples.bytesPerSample))
    var file: UnsafeMutablePointer<UInt8>?
    var count = 0
    do throws(PictureError.Problem) {
      try VipsLibrary.call(for: format) { message in
        // libvips expects the signature of JPEG files before EXIF.
        let exif = attachments.metadata.exif.map { Array("Exif\0\0".utf8) + $0 }
        return CodecWriter.withBytes(of: attachments.iccProfile) { icc in
          CodecWriter.withBytes(of: exif) { exif in
            CodecWriter.withBytes(of: attachments.metadata.xmp) { xmp in
              var blocks = u2cl_attachments(
                icc_profile: icc, exif: exif, xmp: xmp,
                density: CodecWriter.stored(attachments.density, in: format))
              return u2cl_vips_encode(
                kind, samples.bytes.baseAddress, &info, Int32(options.quality), &blocks, &file, &count, message)
            }
          }
        }
      }
    } catch {
      if case .decoderMissing = error { throw .encoderMissing(format, package: VipsLibrary.package) }
      if case .outOfMemory = error { throw error }
      throw .notEncodable(format, samples.size)
    }
    guard let file else { throw .outOfMemory }
    defer { u2cl_vips_free(file) }
    return Array(UnsafeBufferPointer(start: file, count: count))
  }
}
