internal import CWebP
internal import Tensors

/// WebP by libwebp.
enum WebPWriter {
  /// A file of RGB or RGBA, 8 bits each; lossless at quality 100.
  static func encode(
    _ samples: EncodableSamples, quality: Int, _ attachments: Attachments, name: String
  ) throws(ImageError) -> [UInt8] {
    let size = samples.size
    guard 1...Int(WEBP_MAX_DIMENSION) ~= size.width, 1...Int(WEBP_MAX_DIMENSION) ~= size.height else {
      throw ImageError(.notEncodable(.webp, size), name: name)
    }
    var bitstream = WebPMemoryWriter()
    WebPMemoryWriterInit(&bitstream)
    defer { WebPMemoryWriterClear(&bitstream) }
    do throws(ImageError.Problem) {
      try compress(samples, quality: quality, into: &bitstream)
      return try file(of: bitstream, attachments)
    } catch {
      throw ImageError(error, name: name)
    }
  }

  private static func compress(
    _ samples: EncodableSamples, quality: Int, into bitstream: inout WebPMemoryWriter
  ) throws(ImageError.Problem) {
    var (config, picture) = (WebPConfig(), WebPPicture())
    guard WebPConfigInit(&config) != 0, WebPPictureInit(&picture) != 0 else { throw .outOfMemory }
    let isLossless = quality == 100
    if isLossless { WebPConfigLosslessPreset(&config, 2) }
    config.lossless = isLossless ? 1 : 0
    config.quality = isLossless ? config.quality : Float(quality)
    // Half of the usual effort: a third of the time for files a few percent larger.
    config.method = isLossless ? config.method : 2
    config.thread_level = 1
    picture.use_argb = isLossless ? 1 : 0
    (picture.width, picture.height) = (Int32(samples.size.width), Int32(samples.size.height))
    let stride = Int32(samples.size.width * samples.channels)
    let bytes = samples.bytes.bindMemory(to: UInt8.self).baseAddress
    defer { WebPPictureFree(&picture) }
    let imported =
      samples.channels == 4
      ? WebPPictureImportRGBA(&picture, bytes, stride) : WebPPictureImportRGB(&picture, bytes, stride)
    guard imported != 0 else { throw .outOfMemory }
    picture.writer = WebPMemoryWrite
    let status = withUnsafeMutablePointer(to: &bitstream) { writer in
      picture.custom_ptr = UnsafeMutableRawPointer(writer)
      return WebPEncode(&config, &picture)
    }
    guard status != 0 else {
      throw picture.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY
        ? .outOfMemory : .notEncodable(.webp, samples.size)
    }
  }

  /// The bitstream with its attachments in a container; alone where there are none.
  private static func file(
    of bitstream: WebPMemoryWriter, _ attachments: Attachments
  ) throws(ImageError.Problem) -> [UInt8] {
    let chunks = [
      ("ICCP", attachments.iccProfile), ("EXIF", attachments.metadata.exif), ("XMP ", attachments.metadata.xmp),
    ]
    guard chunks.contains(where: { $0.1 != nil }) else {
      return Array(UnsafeBufferPointer(start: bitstream.mem, count: bitstream.size))
    }
    guard let mux = WebPMuxNew() else { throw .outOfMemory }
    defer { WebPMuxDelete(mux) }
    var image = WebPData(bytes: bitstream.mem, size: bitstream.size)
    guard WebPMuxSetImage(mux, &image, 0) == WEBP_MUX_OK else { throw .outOfMemory }
    for (name, bytes) in chunks {
      guard let bytes else { continue }
      let status = bytes.withUnsafeBufferPointer { bytes in
        var chunk = WebPData(bytes: bytes.baseAddress, size: bytes.count)
        return WebPMuxSetChunk(mux, name, &chunk, 1)
      }
      guard status == WEBP_MUX_OK else { throw .outOfMemory }
    }
    var file = WebPData()
    guard WebPMuxAssemble(mux, &file) == WEBP_MUX_OK else { throw .outOfMemory }
    defer { WebPDataClear(&file) }
    return Array(UnsafeBufferPointer(start: file.bytes, count: file.size))
  }
}
