internal import CWebP
internal import Tensors

/// A picture in libwebp's own memory, from which it is compressed. Whoever had the picture can let it go meanwhile: the
/// encoder takes up to 16 bytes a pixel besides.
struct WebPCanvas: ~Copyable {
  let size: Size
  /// Whether it is stored without loss.
  let isLossless: Bool
  /// Whether it has colours and no transparency.
  let isPhotograph: Bool
  private let picture: UnsafeMutablePointer<WebPPicture>

  /// Takes grey, RGB or RGBA of 8 bits; what is lossy is brought to YUV at once.
  init(_ samples: EncodableSamples, isLossless: Bool) throws(PictureError.Problem) {
    let (size, channels) = (samples.size, samples.channels)
    guard 1...Int(WEBP_MAX_DIMENSION) ~= size.width, 1...Int(WEBP_MAX_DIMENSION) ~= size.height else {
      throw .notEncodable(.webp, size)
    }
    var imported = WebPPicture()
    guard WebPPictureInit(&imported) != 0 else { throw .outOfMemory }
    if isLossless { try Self.checkLossless(samples) }
    imported.use_argb = isLossless ? 1 : 0
    (imported.width, imported.height) = (Int32(size.width), Int32(size.height))
    let stride = Int32(size.width * channels)
    let bytes = samples.bytes.bindMemory(to: UInt8.self)
    let isThere =
      switch channels {
      case 1: Self.takeGrey(bytes, into: &imported)
      case 3: WebPPictureImportRGB(&imported, bytes.baseAddress, stride) != 0
      default: WebPPictureImportRGBA(&imported, bytes.baseAddress, stride) != 0
      }
    guard isThere else {
      WebPPictureFree(&imported)
      throw .outOfMemory
    }
    self.size = size
    self.isLossless = isLossless
    isPhotograph = channels == 3
    picture = .allocate(capacity: 1)
    picture.initialize(to: imported)
  }

  deinit {
    WebPPictureFree(picture)
    picture.deallocate()
  }

  /// What libwebp's encoder without loss may take: the pixels twice and a chain of what is alike, 4 bytes a pixel each, and
  /// for every pixel that can be seen 8 bytes of its code and up to 4 of the file.
  private static let bytesPerPixel = (any: 12, visible: 12)
  private static let losslessLimit = 5 << 28

  /// Refuses what would take too much memory. Masks are alike in most places, which takes little.
  private static func checkLossless(_ samples: EncodableSamples) throws(PictureError.Problem) {
    let count = samples.size.height * samples.size.width
    let most = count * (bytesPerPixel.any + bytesPerPixel.visible)
    guard samples.channels >= 3, most > losslessLimit else { return }
    var visible = count
    if samples.channels == 4 {
      let bytes = samples.bytes.bindMemory(to: UInt8.self)
      visible = (0..<count).reduce(0) { $0 &+ (bytes[4 &* $1 &+ 3] == 0 ? 0 : 1) }
    }
    let needed = count * bytesPerPixel.any + visible * bytesPerPixel.visible
    guard needed <= losslessLimit else { throw .losslessTooLarge(samples.size, bytes: needed) }
  }

  /// libwebp has no grey; here it needs no picture of three channels on the way. Only what is lossless.
  private static func takeGrey(_ grey: UnsafeBufferPointer<UInt8>, into picture: inout WebPPicture) -> Bool {
    precondition(picture.use_argb != 0, "grey is stored without loss")
    guard WebPPictureAlloc(&picture) != 0, let pixels = picture.argb else { return false }
    let (width, stride) = (Int(picture.width), Int(picture.argb_stride))
    for y in 0..<Int(picture.height) {
      for x in 0..<width { pixels[y &* stride &+ x] = 0xFF00_0000 | UInt32(grey[y &* width &+ x]) &* 0x01_0101 }
    }
    return true
  }

  /// The bitstream, into a writer.
  func compress(_ config: WebPConfig, into bitstream: inout WebPMemoryWriter) throws(PictureError.Problem) {
    var config = config
    picture.pointee.writer = WebPMemoryWrite
    let status = withUnsafeMutablePointer(to: &bitstream) { writer in
      picture.pointee.custom_ptr = UnsafeMutableRawPointer(writer)
      return WebPEncode(&config, picture)
    }
    guard status != 0 else {
      throw picture.pointee.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY ? .outOfMemory : .notEncodable(.webp, size)
    }
  }
}
