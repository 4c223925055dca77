extension Mask {
  /// The mask as a PNG file of 8-bit grey.
  ///
  /// - Throws: an `PictureError` where memory is short or an extent is zero.
  public func encodedPNG(name: String = "mask") throws(PictureError) -> [UInt8] {
    try encoded(EncodingOptions(.png), name: name)
  }

  /// Writes the mask as a PNG file of 8-bit grey, by `OutputFile.save`.
  public func writePNG(toFileAt path: String) throws(PictureError) {
    try OutputFile.save(encodedPNG(name: path), toFileAt: path)
  }
}

extension Picture {
  /// The picture as a PNG file: RGB or RGBA, 8 or 16 bits, with its ICC profile.
  ///
  /// - Throws: an `PictureError` where memory is short or an extent is zero.
  public func encodedPNG(name: String = "picture") throws(PictureError) -> [UInt8] {
    try encoded(EncodingOptions(.png), name: name)
  }

  /// Writes the picture as a PNG file, by `OutputFile.save`.
  public func writePNG(toFileAt path: String) throws(PictureError) {
    try OutputFile.save(encodedPNG(name: path), toFileAt: path)
  }
}
