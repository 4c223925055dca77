internal import Tensors

/// Interleaved rows of samples, without padding and in the machine's byte order.
struct EncodableSamples {
  let bytes: UnsafeRawBufferPointer
  let size: Size
  /// 1 for grey, 3 for RGB, 4 for RGBA.
  let channels: Int
  /// 1 or 2.
  let bytesPerSample: Int
}

/// The metadata to store with a picture.
struct Attachments {
  var iccProfile: [UInt8]?
  var density: Density?
  var metadata = Metadata()

  init() {}

  /// The attachments of a picture. An ICC profile for colours other than RGB, as of a CMYK file, would be wrong.
  init(of picture: Picture, keepingMetadata: Bool) {
    let describesRGB = picture.iccProfile?.dropFirst(16).starts(with: "RGB ".utf8) == true
    iccProfile = describesRGB ? picture.iccProfile : nil
    density = picture.density
    metadata = keepingMetadata ? picture.metadata : Metadata()
  }
}
