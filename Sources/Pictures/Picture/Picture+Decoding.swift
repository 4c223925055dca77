public import Files
internal import Tensors

extension Picture {
  /// The most pixels of a file that are accepted by default: 200 million, as many as phones take (16320×12240), which
  /// are 600 MB of samples.
  public static let pixelLimit = 200_000_000

  /// Decodes a file of any `PictureFormat` and turns the picture upright by its EXIF orientation. The first bytes tell
  /// the format.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what errors call the file.
  ///   - pixelLimit: the most pixels to accept; more are refused before memory is allocated for them.
  /// - Throws: `PictureError` for anything but a complete, valid picture.
  public init(decoding bytes: [UInt8], name: String, pixelLimit: Int = Picture.pixelLimit) throws(PictureError) {
    do throws(PictureError.Problem) {
      self = try Self.decode(bytes, pixelLimit: pixelLimit)
    } catch {
      throw PictureError(error, name: name)
    }
  }

  /// Reads and decodes a file; see `init(decoding:name:pixelLimit:)`.
  public init(contentsOf path: FilePath, pixelLimit: Int = Picture.pixelLimit) throws(PictureError) {
    try self.init(decoding: InputFile.bytes(ofFileAt: path), name: "\(path)", pixelLimit: pixelLimit)
  }

  /// Reads and decodes a file; see `init(decoding:name:pixelLimit:)`.
  public init(contentsOf path: String, pixelLimit: Int = Picture.pixelLimit) throws(PictureError) {
    try self.init(contentsOf: FilePath(path), pixelLimit: pixelLimit)
  }

  /// Reads an open file descriptor to its end and decodes the bytes; 0 is standard input.
  public init(
    readingFrom descriptor: Int32, name: String, pixelLimit: Int = Picture.pixelLimit
  ) throws(PictureError) {
    try self.init(
      decoding: InputFile.bytes(from: FileDescriptor(rawValue: descriptor), name: name), name: name,
      pixelLimit: pixelLimit)
  }

  private static func decode(_ bytes: [UInt8], pixelLimit: Int) throws(PictureError.Problem) -> Picture {
    let format = try PictureFormat(of: bytes)
    let decoded = try bytes.withUnsafeBufferPointer { (file) throws(PictureError.Problem) in
      switch format {
      case .png, .jpeg: try CodecReader.decode(file, format: format, pixelLimit: pixelLimit)
      case .webp: try WebPReader.decode(file, pixelLimit: pixelLimit)
      case .bmp: try BMPReader.decode(file, pixelLimit: pixelLimit)
      case .heic, .avif, .tiff, .gif, .jpegXL, .jpeg2000:
        try VipsReader.decode(file, format: format, pixelLimit: pixelLimit)
      }
    }
    return decoded.picture.upright(from: decoded.orientation)
  }

  /// Refuses a size of more than `limit` pixels.
  static func check(_ size: Size, limit: Int) throws(PictureError.Problem) {
    let (pixels, overflow) = size.height.multipliedReportingOverflow(by: size.width)
    guard !overflow, pixels <= limit else { throw .tooManyPixels(size, limit: limit) }
  }
}

/// A picture as it is stored in a file, and how to turn it.
struct DecodedFile {
  var picture: Picture
  var orientation: Orientation
}
