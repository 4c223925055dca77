internal import Tensors

extension Mask {
  /// A picture's luma (ITU-R BT.601, as Pillow's `convert('L')`); what is transparent lies over black.
  ///
  /// Opaque grey of at most 8 bits, which maps and masks mostly are, is decoded without a detour by way of RGB.
  ///
  /// - Throws: an `PictureError` for anything but a complete, sound picture.
  public init(greyOf path: String, pixelLimit: Int = Picture.pixelLimit) throws(PictureError) {
    let bytes = try InputFile.bytes(ofFileAt: path)
    do throws(PictureError.Problem) {
      if let grey = try Self.decodeGrey(bytes, pixelLimit: pixelLimit) {
        self = grey
        return
      }
    } catch {
      throw PictureError(error, name: path)
    }
    self.init(lumaOf: try Picture(decoding: bytes, name: path, pixelLimit: pixelLimit))
  }

  /// The picture of a file that is grey as it is stored; nil for any other.
  private static func decodeGrey(_ bytes: [UInt8], pixelLimit: Int) throws(PictureError.Problem) -> Mask? {
    let format = try PictureFormat(of: bytes)
    return try bytes.withUnsafeBufferPointer { (file) throws(PictureError.Problem) in
      switch format {
      case .png, .jpeg: try CodecReader.decodeGrey(file, format: format, pixelLimit: pixelLimit)
      case .webp: nil
      }
    }
  }

  /// The luma of a picture that lies over black.
  init(lumaOf picture: Picture) {
    let samples = picture.flattened(over: .black).samples8
    let pixels = [UInt8](unsafeUninitializedCapacity: samples.count / 3) { grey, initialized in
      samples.withUnsafeBufferPointer { samples in
        for pixel in 0..<samples.count / 3 {
          let (red, green, blue) = (samples[3 &* pixel], samples[3 &* pixel &+ 1], samples[3 &* pixel &+ 2])
          // Of grey the weighted sum is the grey itself.
          let isGrey = red == green && green == blue
          let sum = UInt32(red) &* 19595 &+ UInt32(green) &* 38470 &+ UInt32(blue) &* 7471 &+ 0x8000
          grey.initializeElement(at: pixel, to: isGrey ? red : UInt8(truncatingIfNeeded: sum &>> 16))
        }
      }
      initialized = samples.count / 3
    }
    self.init(size: picture.size, pixels: pixels)
  }
}
