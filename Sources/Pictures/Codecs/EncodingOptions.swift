/// How a picture is stored in a file.
public struct EncodingOptions: Sendable, Hashable {
  /// The file's format.
  public var format: PictureFormat
  /// 1 … 100, for JPEG and WebP; WebP of quality 100 is lossless, up to 55 million pixels that can be seen, or fewer where
  /// there are more that cannot. Alpha is never stored with loss.
  public var quality: Int
  /// Whether EXIF and XMP go into the file. The ICC profile always does: without it the colours are others.
  public var keepsMetadata: Bool

  /// The quality unless told.
  public static let standardQuality = 90

  /// A format, its quality in range.
  public init(_ format: PictureFormat, quality: Int = standardQuality, keepsMetadata: Bool = false) {
    precondition((1...100).contains(quality), "a quality of \(quality)")
    self.format = format
    self.quality = quality
    self.keepsMetadata = keepsMetadata
  }
}

extension Mask {
  /// The mask as a file of 8-bit grey; as WebP, which has no grey, of lossless RGB.
  ///
  /// - Throws: an `PictureError` where memory is short or the format cannot hold the size.
  public func encoded(_ options: EncodingOptions, name: String = "mask") throws(PictureError) -> [UInt8] {
    try pixels.withUnsafeBufferPointer { (pixels) throws(PictureError) in
      let samples = EncodableSamples(
        bytes: UnsafeRawBufferPointer(pixels), size: size, channels: 1, bytesPerSample: 1)
      guard options.format == .webp else {
        return try CodecWriter.encode(samples, options, Attachments(), name: name)
      }
      do throws(PictureError.Problem) {
        let canvas = try WebPCanvas(samples, isLossless: true)
        return try WebPWriter.encode(canvas, quality: WebPWriter.losslessQuality, Attachments())
      } catch {
        throw PictureError(error, name: name)
      }
    }
  }
}

extension Picture {
  /// The picture as a file. PNG keeps 8 or 16 bits and alpha; WebP has 8 bits; JPEG has 8 bits and no alpha, so that
  /// transparency is laid over white.
  ///
  /// The picture is consumed: where nobody else has it, its memory is free while a WebP file is compressed.
  /// - Throws: an `PictureError` where memory is short or the format cannot hold the size.
  public consuming func encoded(
    _ options: EncodingOptions, name: String = "picture"
  ) throws(PictureError) -> [UInt8] {
    let attachments = Attachments(of: copy self, keepingMetadata: options.keepsMetadata)
    guard options.format == .webp else { return try coded(options, attachments, name: name) }
    do throws(PictureError.Problem) {
      let canvas = try webPCanvas(isLossless: options.quality == WebPWriter.losslessQuality)
      _ = consume self
      return try WebPWriter.encode(canvas, quality: options.quality, attachments)
    } catch {
      throw PictureError(error, name: name)
    }
  }

  private func webPCanvas(isLossless: Bool) throws(PictureError.Problem) -> WebPCanvas {
    // Closures hand on no values that cannot be copied.
    var canvas: WebPCanvas?
    try samples8.withUnsafeBufferPointer { (values) throws(PictureError.Problem) in
      canvas = try WebPCanvas(encodable(UnsafeRawBufferPointer(values), bytesPerSample: 1), isLossless: isLossless)
    }
    guard let canvas else { throw .outOfMemory }
    return canvas
  }

  /// As PNG or JPEG.
  private func coded(
    _ options: EncodingOptions, _ attachments: Attachments, name: String
  ) throws(PictureError) -> [UInt8] {
    if case .bits16(let values) = samples, options.format == .png {
      return try values.withUnsafeBufferPointer { (values) throws(PictureError) in
        try CodecWriter.encode(
          encodable(UnsafeRawBufferPointer(values), bytesPerSample: 2), options, attachments, name: name)
      }
    }
    let picture = options.format == .jpeg ? flattened() : self
    return try picture.samples8.withUnsafeBufferPointer { (values) throws(PictureError) in
      try CodecWriter.encode(
        picture.encodable(UnsafeRawBufferPointer(values), bytesPerSample: 1), options, attachments, name: name)
    }
  }

  private func encodable(_ bytes: UnsafeRawBufferPointer, bytesPerSample: Int) -> EncodableSamples {
    EncodableSamples(bytes: bytes, size: size, channels: channels, bytesPerSample: bytesPerSample)
  }
}
