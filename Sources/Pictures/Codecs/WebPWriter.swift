internal import CWebP
internal import Tensors

/// Encodes WebP by libwebp.
enum WebPWriter {
  /// The quality that stands for lossless compression.
  static let losslessQuality = 100

  /// The bytes of a file of a canvas.
  static func encode(
    _ canvas: consuming WebPCanvas, quality: Int, _ attachments: Attachments
  ) throws(PictureError.Problem) -> [UInt8] {
    var bitstream = WebPMemoryWriter()
    WebPMemoryWriterInit(&bitstream)
    defer { WebPMemoryWriterClear(&bitstream) }
    try canvas.compress(config(for: canvas, quality: quality), into: &bitstream)
    return try file(of: bitstream, attachments)
  }

  /// Above this number of pixels lossless compression makes less effort, which takes less memory, and lossy compression
  /// more.
  private static let largePixels = 32 << 20

  private static func config(
    for canvas: borrowing WebPCanvas, quality: Int
  ) throws(PictureError.Problem) -> WebPConfig {
    var config = WebPConfig()
    guard WebPConfigInit(&config) != 0 else { throw .outOfMemory }
    config.thread_level = 1
    let isLarge = canvas.size.height * canvas.size.width > largePixels
    guard !canvas.isLossless else {
      // Preset 0 makes photographs a sixth larger, but pictures with large empty areas more than twice as large.
      WebPConfigLosslessPreset(&config, isLarge && canvas.isPhotograph ? 0 : 2)
      // From quality 25 on libwebp searches for the shortest code, which takes 6 bytes a pixel and saves a few percent.
      if isLarge { config.quality = min(config.quality, 24) }
      return config
    }
    config.quality = Float(quality)
    // Half of the usual effort takes a third of the time, for files a few percent larger.
    config.method = 2
    // To try a filter of alpha takes a quarter of the time (12 to 32 ms a megapixel) and makes files at most 2 %
    // smaller. Those of large pictures, whose alpha is smooth, become up to 14 % smaller.
    config.alpha_filtering = isLarge ? 1 : 0
    return config
  }

  /// The bitstream in a container with its attachments, or alone if there are none.
  private static func file(
    of bitstream: WebPMemoryWriter, _ attachments: Attachments
  ) throws(PictureError.Problem) -> [UInt8] {
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
