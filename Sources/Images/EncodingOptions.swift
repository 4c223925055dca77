/// How a picture is stored in a file.
public struct EncodingOptions: Sendable, Hashable {
  /// The file's format.
  public var format: PictureFormat
  /// 1 … 100, for JPEG and WebP; WebP of quality 100 is lossless. Alpha is never stored with loss.
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
  /// - Throws: an `ImageError` where memory is short or the format cannot hold the size.
  public func encoded(_ options: EncodingOptions, name: String = "mask") throws(ImageError) -> [UInt8] {
    guard options.format != .webp else {
      let rgb = Picture(size: size, hasAlpha: false, samples: .bits8(pixels.flatMap { [$0, $0, $0] }))
      return try rgb.encoded(EncodingOptions(.webp, quality: 100), name: name)
    }
    return try pixels.withUnsafeBufferPointer { (pixels) throws(ImageError) in
      let samples = EncodableSamples(
        bytes: UnsafeRawBufferPointer(pixels), size: size, channels: 1, bytesPerSample: 1)
      return try CodecWriter.encode(samples, options, Attachments(), name: name)
    }
  }
}

extension Picture {
  /// The picture as a file. PNG keeps 8 or 16 bits and alpha; WebP has 8 bits; JPEG has 8 bits and no alpha, so that
  /// transparency is laid over white.
  ///
  /// - Throws: an `ImageError` where memory is short or the format cannot hold the size.
  public func encoded(_ options: EncodingOptions, name: String = "picture") throws(ImageError) -> [UInt8] {
    let attachments = Attachments(of: self, keepingMetadata: options.keepsMetadata)
    let picture = options.format == .jpeg ? flattened() : self
    if case .bits16(let values) = picture.samples, options.format == .png {
      return try values.withUnsafeBufferPointer { (values) throws(ImageError) in
        try picture.encode(UnsafeRawBufferPointer(values), bytesPerSample: 2, options, attachments, name: name)
      }
    }
    return try picture.samples8.withUnsafeBufferPointer { (values) throws(ImageError) in
      try picture.encode(UnsafeRawBufferPointer(values), bytesPerSample: 1, options, attachments, name: name)
    }
  }

  private func encode(
    _ bytes: UnsafeRawBufferPointer, bytesPerSample: Int, _ options: EncodingOptions, _ attachments: Attachments,
    name: String
  ) throws(ImageError) -> [UInt8] {
    let samples = EncodableSamples(bytes: bytes, size: size, channels: channels, bytesPerSample: bytesPerSample)
    return options.format == .webp
      ? try WebPWriter.encode(samples, quality: options.quality, attachments, name: name)
      : try CodecWriter.encode(samples, options, attachments, name: name)
  }
}
