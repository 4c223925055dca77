internal import CWebP
internal import Tensors

/// Decodes WebP by libwebp: lossy, lossless, with alpha, and the first frame of an animation.
struct WebPReader: ~Copyable {
  private let demuxer: OpaquePointer
  /// Whether the file is complete; libwebp can parse part of a truncated one.
  private let isComplete: Bool

  /// Decodes a file.
  static func decode(_ file: UnsafeBufferPointer<UInt8>, pixelLimit: Int) throws(PictureError.Problem) -> DecodedFile {
    let features = try features(file)
    let size = Size(height: Int(features.height), width: Int(features.width))
    try Picture.check(size, limit: pixelLimit)
    let reader = try WebPReader(file)
    guard reader.isComplete else { throw .truncated(.webp) }
    let exif = reader.chunk("EXIF").map { EXIFBlock($0) }
    return DecodedFile(
      picture: Picture(
        size: size, hasAlpha: features.has_alpha != 0,
        samples: .bits8(try reader.firstFrame(on: size, hasAlpha: features.has_alpha != 0)),
        iccProfile: reader.chunk("ICCP"), density: exif?.density,
        metadata: Metadata(exif: exif, xmp: reader.chunk("XMP ")), notes: reader.notes),
      orientation: Orientation(exif: exif))
  }

  /// The size in the header of a file.
  static func claimedSize(_ file: UnsafeBufferPointer<UInt8>) throws(PictureError.Problem) -> Size {
    let features = try features(file)
    return Size(height: Int(features.height), width: Int(features.width))
  }

  private static func features(
    _ file: UnsafeBufferPointer<UInt8>
  ) throws(PictureError.Problem) -> WebPBitstreamFeatures {
    var features = WebPBitstreamFeatures()
    try check(WebPGetFeatures(file.baseAddress, file.count, &features))
    return features
  }

  private init(_ file: UnsafeBufferPointer<UInt8>) throws(PictureError.Problem) {
    var data = WebPData(bytes: file.baseAddress, size: file.count)
    var state = WEBP_DEMUX_PARSE_ERROR
    guard let demuxer = WebPDemuxPartial(&data, &state) else {
      throw .corrupt(.webp, detail: "its chunks contradict each other")
    }
    self.demuxer = demuxer
    self.isComplete = state == WEBP_DEMUX_DONE
  }

  deinit { WebPDemuxDelete(demuxer) }

  private var notes: [Picture.Note] {
    let frames = Int(WebPDemuxGetI(demuxer, WEBP_FF_FRAME_COUNT))
    return frames > 1 ? [.firstFrame(of: frames)] : []
  }

  /// The first frame at its place on the canvas. The rest of the canvas is transparent, or black without alpha.
  private func firstFrame(on canvas: Size, hasAlpha: Bool) throws(PictureError.Problem) -> [UInt8] {
    var frame = WebPIterator()
    guard WebPDemuxGetFrame(demuxer, 1, &frame) != 0 else { throw .corrupt(.webp, detail: "it has no frame") }
    defer { WebPDemuxReleaseIterator(&frame) }
    let place = Size(height: Int(frame.height), width: Int(frame.width))
    guard frame.x_offset >= 0, frame.y_offset >= 0, Int(frame.x_offset) + place.width <= canvas.width,
      Int(frame.y_offset) + place.height <= canvas.height
    else { throw .corrupt(.webp, detail: "a frame lies outside the canvas") }
    let channels = hasAlpha ? 4 : 3
    let stride = canvas.width * channels
    let offset = Int(frame.y_offset) * stride + Int(frame.x_offset) * channels
    var pixels = [UInt8](repeating: 0, count: canvas.height * stride)
    let status = pixels.withUnsafeMutableBufferPointer { buffer in
      Self.decode(frame.fragment, size: place, into: buffer[offset...], stride: stride, hasAlpha: hasAlpha)
    }
    try Self.check(status)
    return pixels
  }

  /// Decodes the bitstream of a frame; `pixels` are those of the canvas from the frame's first pixel on.
  private static func decode(
    _ bitstream: WebPData, size: Size, into pixels: Slice<UnsafeMutableBufferPointer<UInt8>>, stride: Int,
    hasAlpha: Bool
  ) -> VP8StatusCode {
    var config = WebPDecoderConfig()
    guard WebPInitDecoderConfig(&config) != 0 else { return VP8_STATUS_INVALID_PARAM }
    guard WebPGetFeatures(bitstream.bytes, bitstream.size, &config.input) == VP8_STATUS_OK,
      Int(config.input.width) == size.width, Int(config.input.height) == size.height
    else { return VP8_STATUS_BITSTREAM_ERROR }
    let target = UnsafeMutableBufferPointer(rebasing: pixels)
    config.output.colorspace = hasAlpha ? MODE_RGBA : MODE_RGB
    config.output.is_external_memory = 1
    config.output.u.RGBA.rgba = target.baseAddress
    config.output.u.RGBA.stride = Int32(stride)
    config.output.u.RGBA.size = target.count
    defer { WebPFreeDecBuffer(&config.output) }
    return WebPDecode(bitstream.bytes, bitstream.size, &config)
  }

  private func chunk(_ fourCC: String) -> [UInt8]? {
    var iterator = WebPChunkIterator()
    defer { WebPDemuxReleaseChunkIterator(&iterator) }
    guard WebPDemuxGetChunk(demuxer, fourCC, 1, &iterator) != 0 else { return nil }
    return Array(UnsafeBufferPointer(start: iterator.chunk.bytes, count: iterator.chunk.size))
  }

  private static func check(_ status: VP8StatusCode) throws(PictureError.Problem) {
    switch status {
    case VP8_STATUS_OK: return
    case VP8_STATUS_NOT_ENOUGH_DATA, VP8_STATUS_SUSPENDED: throw .truncated(.webp)
    case VP8_STATUS_OUT_OF_MEMORY: throw .outOfMemory
    case VP8_STATUS_UNSUPPORTED_FEATURE: throw .unsupported(.webp, detail: "an unknown feature")
    default: throw .corrupt(.webp, detail: "the bitstream cannot be decoded")
    }
  }
}
