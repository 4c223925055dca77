internal import CImageCodecs
internal import Tensors

/// Encodes PNG and JPEG by libpng, ISA-L or zlib, and libjpeg-turbo, which are behind `CImageCodecs`.
enum CodecWriter {
  /// The bytes of a file. `options.format` is `.png` or `.jpeg`; the latter takes one byte a sample, and
  /// lays alpha over white.
  static func encode(
    _ samples: EncodableSamples, _ options: EncodingOptions, _ attachments: Attachments, name: String
  ) throws(PictureError) -> [UInt8] {
    var info = u2cl_image_info(
      width: samples.size.width, height: samples.size.height, channels: Int32(samples.channels),
      bytes_per_sample: Int32(samples.bytesPerSample))
    var file: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = withBytes(of: attachments.iccProfile) { icc in
      withBytes(of: attachments.metadata.exif) { exif in
        // libpng needs a zero byte at the end of the packet.
        withBytes(of: attachments.metadata.xmp.map { $0 + [0] }) { xmp in
          let packet = u2cl_bytes(bytes: xmp.bytes, count: max(0, xmp.count - 1))
          var blocks = u2cl_attachments(
            icc_profile: icc, exif: exif, xmp: packet, density: stored(attachments.density, in: options.format))
          return options.format == .png
            ? u2cl_png_encode(samples.bytes.baseAddress, &info, &blocks, &file, &count)
            : u2cl_jpeg_encode(
              samples.bytes.bindMemory(to: UInt8.self).baseAddress, &info, Int32(options.quality), &blocks, &file,
              &count)
        }
      }
    }
    guard status == U2CL_CODEC_OK, let file else {
      let problem: PictureError.Problem =
        status == U2CL_CODEC_OUT_OF_MEMORY ? .outOfMemory : .notEncodable(options.format, samples.size)
      throw PictureError(problem, name: name)
    }
    defer { u2cl_file_free(file) }
    return Array(UnsafeBufferPointer(start: file, count: count))
  }

  /// The density as the encoder takes it: JPEG knows inches and centimetres, and the others metres; nothing if the
  /// numbers do not fit.
  static func stored(_ density: Density?, in format: PictureFormat) -> u2cl_density {
    let unit: (is: Density.Unit, code: Int32) =
      format != .jpeg ? (.metre, 3) : density?.unit == .centimetre ? (.centimetre, 2) : (.inch, 1)
    let limit = format == .jpeg ? Int(UInt16.max) : Int(Int32.max)
    guard let rounded = density?.rounded(in: unit.is, limit: limit) else { return u2cl_density() }
    return u2cl_density(
      horizontal: UInt32(rounded.horizontal), vertical: UInt32(rounded.vertical), unit: unit.code)
  }

  /// Calls `body` with a block, which may be missing.
  static func withBytes(
    of block: [UInt8]?, _ body: (u2cl_bytes) -> u2cl_codec_status
  ) -> u2cl_codec_status {
    guard let block else { return body(u2cl_bytes(bytes: nil, count: 0)) }
    return block.withUnsafeBufferPointer { body(u2cl_bytes(bytes: $0.baseAddress, count: $0.count)) }
  }
}
