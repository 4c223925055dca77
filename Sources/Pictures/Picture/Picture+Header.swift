public import Tensors

extension Picture {
  /// The size in a file's header, before EXIF turns the picture; nil if the header cannot be read.
  public static func claimedSize(of bytes: [UInt8]) -> Size? {
    guard let format = PictureFormat(firstBytes: bytes.prefix(PictureFormat.tellingBytes)) else { return nil }
    return bytes.withUnsafeBufferPointer { file in
      switch format {
      case .png, .jpeg: return try? CodecReader.claimedSize(file, format: format)
      case .bmp: return try? BMPReader.claimedSize(file)
      case .heic, .avif, .tiff, .gif, .jpegXL, .jpeg2000: return try? VipsReader.claimedSize(file, format: format)
      case .webp: return try? WebPReader.claimedSize(file)
      }
    }
  }
}
