/// How a picture is encoded.
public struct EncodingOptions: Sendable, Hashable {
  /// The format of the file.
  public var format: PictureFormat
  /// The quality of JPEG, WebP and AVIF, 1 … 100. WebP of quality 100 is lossless, for up to 55 million visible pixels,
  /// or fewer if there are more invisible ones. Alpha of WebP is always stored without loss.
  public var quality: Int
  /// Whether EXIF and XMP are stored. The ICC profile always is, because the colours depend on it, and so is the
  /// density (in PNG, JPEG and TIFF), because it tells nothing but the printed size.
  public var keepsMetadata: Bool

  /// The default quality.
  public static let standardQuality = 90

  /// Options for a format; `quality` is 1 … 100.
  public init(_ format: PictureFormat, quality: Int = standardQuality, keepsMetadata: Bool = false) {
    precondition((1...100).contains(quality), "a quality of \(quality)")
    self.format = format
    self.quality = quality
    self.keepsMetadata = keepsMetadata
  }
}
