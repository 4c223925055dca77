internal import CWebP
internal import Tensors

/// A picture in libwebp's own memory, ready to be compressed. The caller can free its own picture meanwhile, since the
/// encoder takes up to 16 bytes a pixel more.
struct WebPCanvas: ~Copyable {
  let size: Size
  /// Whether the picture is compressed without loss.
  let isLossless: Bool
  /// Whether the picture has colours and no alpha.
  let isPhotograph: Bool
  private let picture: UnsafeMutablePointer<WebPPicture>

  /// A canvas of 8-bit grey, RGB or RGBA. For lossy compression the samples are converted to YUV here.
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

  /// The memory that libwebp's lossless encoder may take: 12 bytes for every pixel (the pixels twice and a chain of
  /// matches, 4 bytes each), and 12 more for every visible pixel (8 for its code and up to 4 for the file).
  private static let bytesPerPixel = (any: 12, visible: 12)
  private static let losslessLimit = 5 << 28

  /// Refuses a picture that would take too much memory. Masks are exempt, because most of a mask is uniform.
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

  /// Writes grey into libwebp's pixels, which have no grey, without an RGB copy on the way. For lossless pictures only.
  private static func takeGrey(_ grey: UnsafeBufferPointer<UInt8>, into picture: inout WebPPicture) -> Bool {
    precondition(picture.use_argb != 0, "grey is compressed without loss")
    guard WebPPictureAlloc(&picture) != 0, let pixels = picture.argb else { return false }
    let (width, stride) = (Int(picture.width), Int(picture.argb_stride))
    for y in 0..<Int(picture.height) {
      for x in 0..<width { pixels[y &* stride &+ x] = 0xFF00_0000 | UInt32(grey[y &* width &+ x]) &* 0x01_0101 }
    }
    return true
  }

  /// Compresses the picture into a writer.
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
