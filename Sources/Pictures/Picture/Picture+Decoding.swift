internal import Tensors

extension Picture {
  /// How many pixels a file may claim to hold unless the caller says otherwise: 100 million.
  public static let pixelLimit = 100_000_000

  /// Decodes a PNG, JPEG or WebP file, told by its first bytes, and turns it upright by its EXIF orientation.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what errors call it.
  ///   - pixelLimit: the most pixels to accept; more are refused before memory is taken for them.
  /// - Throws: an `PictureError` for anything but a complete, sound picture.
  public init(decoding bytes: [UInt8], name: String, pixelLimit: Int = Picture.pixelLimit) throws(PictureError) {
    do throws(PictureError.Problem) {
      self = try Self.decode(bytes, pixelLimit: pixelLimit)
    } catch {
      throw PictureError(error, name: name)
    }
  }

  /// Reads and decodes a file: `init(decoding:name:pixelLimit:)` of its bytes.
  public init(contentsOf path: String, pixelLimit: Int = Picture.pixelLimit) throws(PictureError) {
    try self.init(decoding: InputFile.bytes(ofFileAt: path), name: path, pixelLimit: pixelLimit)
  }

  /// Reads an open file descriptor to its end and decodes that; 0 is standard input.
  public init(
    readingFrom descriptor: Int32, name: String, pixelLimit: Int = Picture.pixelLimit
  ) throws(PictureError) {
    try self.init(
      decoding: InputFile.bytes(from: descriptor, name: name), name: name, pixelLimit: pixelLimit)
  }

  private static func decode(_ bytes: [UInt8], pixelLimit: Int) throws(PictureError.Problem) -> Picture {
    let format = try PictureFormat(of: bytes)
    let decoded = try bytes.withUnsafeBufferPointer { (file) throws(PictureError.Problem) in
      switch format {
      case .png, .jpeg: try CodecReader.decode(file, format: format, pixelLimit: pixelLimit)
      case .webp: try WebPReader.decode(file, pixelLimit: pixelLimit)
      }
    }
    return decoded.picture.upright(from: decoded.orientation)
  }

  /// Refuses a size that a header claims.
  static func check(_ size: Size, limit: Int) throws(PictureError.Problem) {
    let (pixels, overflow) = size.height.multipliedReportingOverflow(by: size.width)
    guard !overflow, pixels <= limit else { throw .tooManyPixels(size, limit: limit) }
  }
}

/// What a reader makes of a file: the picture as stored and how to turn it.
struct DecodedFile {
  var picture: Picture
  var orientation: Orientation
}
