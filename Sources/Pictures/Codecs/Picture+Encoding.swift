public import Files
package import Tensors

extension Mask {
  /// The mask as a file of 8-bit grey, or of lossless RGB for WebP, which has no grey.
  ///
  /// - Parameters:
  ///   - options: the format, and its quality if it has one.
  ///   - name: what errors call the mask.
  /// - Throws: `PictureError` if memory is short or the format cannot hold the size.
  public func encoded(_ options: EncodingOptions, name: String = "mask") throws(PictureError) -> [UInt8] {
    try pixels.withUnsafeBufferPointer { (pixels) throws(PictureError) in
      let samples = EncodableSamples(
        bytes: UnsafeRawBufferPointer(pixels), size: size, channels: 1, bytesPerSample: 1)
      guard options.format == .webp else {
        return try samples.encoded(options, Attachments(), name: name)
      }
      do throws(PictureError.Problem) {
        let canvas = try WebPCanvas(samples, isLossless: true)
        return try WebPWriter.encode(canvas, quality: WebPWriter.losslessQuality, Attachments())
      } catch {
        throw PictureError(error, name: name)
      }
    }
  }

  /// Grey of 16 bits as a PNG or TIFF file.
  ///
  /// - Parameters:
  ///   - values: `[height, width]`, row-major.
  ///   - size: the size in pixels.
  ///   - options: the format, `.png` or `.tiff`.
  ///   - name: what errors call the picture.
  /// - Throws: `PictureError` if memory is short or the format cannot hold the size.
  package static func encodedGrey(
    _ values: [UInt16], size: Size, _ options: EncodingOptions, name: String
  ) throws(PictureError) -> [UInt8] {
    try values.withUnsafeBufferPointer { (values) throws(PictureError) in
      try EncodableSamples(bytes: UnsafeRawBufferPointer(values), size: size, channels: 1, bytesPerSample: 2)
        .encoded(options, Attachments(), name: name)
    }
  }

  /// The mask as a PNG file of 8-bit grey.
  ///
  /// - Parameter name: what errors call the picture.
  /// - Throws: `PictureError` if memory is short or the picture has no pixels.
  public func encodedPNG(name: String = "mask") throws(PictureError) -> [UInt8] {
    try encoded(EncodingOptions(.png), name: name)
  }

  /// Writes the mask as a PNG file of 8-bit grey, by `OutputFile.save`.
  public func writePNG(toFileAt path: FilePath) throws(PictureError) {
    try OutputFile.save(encodedPNG(name: "\(path)"), toFileAt: path)
  }

  /// Writes the mask as a PNG file of 8-bit grey, by `OutputFile.save`.
  public func writePNG(toFileAt path: String) throws(PictureError) { try writePNG(toFileAt: FilePath(path)) }
}

extension Picture {
  /// The picture as a file. PNG and TIFF keep 8 or 16 bits and alpha, AVIF stores up to 12 bits and alpha, and WebP 8
  /// bits and alpha. JPEG stores 8 bits without alpha, so the picture is laid over white.
  ///
  /// The picture is consumed, so that its memory is free while a WebP file is compressed, unless others hold the
  /// picture.
  ///
  /// - Parameters:
  ///   - options: the format, its quality if it has one, and which metadata to keep.
  ///   - name: what errors call the picture.
  /// - Throws: `PictureError` if memory is short or the format cannot hold the size.
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

  /// The picture as a PNG file: RGB or RGBA, 8 or 16 bits, with its ICC profile.
  ///
  /// - Parameter name: what errors call the picture.
  /// - Throws: `PictureError` if memory is short or the picture has no pixels.
  public func encodedPNG(name: String = "picture") throws(PictureError) -> [UInt8] {
    try encoded(EncodingOptions(.png), name: name)
  }

  /// Writes the picture as a PNG file, by `OutputFile.save`.
  public func writePNG(toFileAt path: FilePath) throws(PictureError) {
    try OutputFile.save(encodedPNG(name: "\(path)"), toFileAt: path)
  }

  /// Writes the picture as a PNG file, by `OutputFile.save`.
  public func writePNG(toFileAt path: String) throws(PictureError) { try writePNG(toFileAt: FilePath(path)) }

  private func webPCanvas(isLossless: Bool) throws(PictureError.Problem) -> WebPCanvas {
    // Closures hand on no values that cannot be copied.
    var canvas: WebPCanvas?
    try samples8.withUnsafeBufferPointer { (values) throws(PictureError.Problem) in
      canvas = try WebPCanvas(encodable(UnsafeRawBufferPointer(values), bytesPerSample: 1), isLossless: isLossless)
    }
    guard let canvas else { throw .outOfMemory }
    return canvas
  }

  /// The picture in any format but WebP.
  private func coded(
    _ options: EncodingOptions, _ attachments: Attachments, name: String
  ) throws(PictureError) -> [UInt8] {
    if case .bits16(let values) = samples, options.format != .jpeg {
      return try values.withUnsafeBufferPointer { (values) throws(PictureError) in
        try encodable(UnsafeRawBufferPointer(values), bytesPerSample: 2).encoded(options, attachments, name: name)
      }
    }
    if hasAlpha, case .bits16 = samples { return try flattened().coded(options, attachments, name: name) }
    return try samples8.withUnsafeBufferPointer { (values) throws(PictureError) in
      try encodable(UnsafeRawBufferPointer(values), bytesPerSample: 1).encoded(options, attachments, name: name)
    }
  }

  private func encodable(_ bytes: UnsafeRawBufferPointer, bytesPerSample: Int) -> EncodableSamples {
    EncodableSamples(bytes: bytes, size: size, channels: channels, bytesPerSample: bytesPerSample)
  }
}

extension EncodableSamples {
  /// The bytes of a file of any format but WebP.
  fileprivate func encoded(
    _ options: EncodingOptions, _ attachments: Attachments, name: String
  ) throws(PictureError) -> [UInt8] {
    if options.format == .png || options.format == .jpeg {
      return try CodecWriter.encode(self, options, attachments, name: name)
    }
    do throws(PictureError.Problem) { return try VipsWriter.encode(self, options, attachments) } catch {
      throw PictureError(error, name: name)
    }
  }
}
