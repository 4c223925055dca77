public import Files
internal import Tensors

extension Mask {
  /// The luma of a file's picture laid over black (ITU-R BT.601, as Pillow's `convert('L')`).
  ///
  /// Opaque grey of at most 8 bits, as most maps and masks are, is decoded without a detour through RGB.
  ///
  /// - Parameters:
  ///   - path: the path of the file.
  ///   - pixelLimit: the most pixels to accept.
  /// - Throws: `PictureError` for anything but a complete, valid picture.
  public init(greyOf path: FilePath, pixelLimit: Int = Picture.pixelLimit) throws(PictureError) {
    let bytes = try InputFile.bytes(ofFileAt: path)
    do throws(PictureError.Problem) {
      if let grey = try Self.decodeGrey(bytes, pixelLimit: pixelLimit) {
        self = grey
        return
      }
    } catch {
      throw PictureError(error, name: "\(path)")
    }
    self.init(lumaOf: try Picture(decoding: bytes, name: "\(path)", pixelLimit: pixelLimit))
  }

  /// The luma of a file's picture; see the same with a `FilePath`.
  public init(greyOf path: String, pixelLimit: Int = Picture.pixelLimit) throws(PictureError) {
    try self.init(greyOf: FilePath(path), pixelLimit: pixelLimit)
  }

  /// The picture of a file that is stored as grey; nil for any other.
  private static func decodeGrey(_ bytes: [UInt8], pixelLimit: Int) throws(PictureError.Problem) -> Mask? {
    let format = try PictureFormat(of: bytes)
    return try bytes.withUnsafeBufferPointer { (file) throws(PictureError.Problem) in
      switch format {
      case .png, .jpeg: try CodecReader.decodeGrey(file, format: format, pixelLimit: pixelLimit)
      default: nil
      }
    }
  }

  /// The luma of a picture laid over black.
  package init(lumaOf picture: Picture) {
    self.init(size: picture.size, pixels: picture.flattened(over: .black).luma)
  }
}
