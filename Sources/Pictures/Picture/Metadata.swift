/// What a file states about its picture besides the colours, such as time, place and camera.
public struct Metadata: Sendable, Equatable {
  /// The EXIF block, from its TIFF header on. Its orientation is 1, because pictures are turned upright when they are
  /// read, and it has no thumbnail.
  public var exif: [UInt8]?
  /// The XMP packet, XML in UTF-8. Its orientation is 1, too.
  public var xmp: [UInt8]?

  /// Metadata of these blocks.
  public init(exif: [UInt8]? = nil, xmp: [UInt8]? = nil) {
    self.exif = exif
    self.xmp = xmp
  }

  init(exif: EXIFBlock?, xmp: [UInt8]?) {
    self.exif = exif?.ofChangedPicture.bytes
    self.xmp = xmp.map(Self.upright)
  }

  /// The packet with every `tiff:Orientation` set to 1, as an attribute or an element.
  private static func upright(_ packet: [UInt8]) -> [UInt8] {
    let name = Array("tiff:Orientation".utf8)
    var result = packet
    var i = 0
    while i + name.count + 2 < result.count {
      guard result[i] == name[0], result[i..<i + name.count].elementsEqual(name) else {
        i += 1
        continue
      }
      i += name.count
      // The digit comes after `="` or `>`.
      while i < result.count,
        [UInt8(ascii: "="), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ">")].contains(result[i])
      {
        i += 1
      }
      if i < result.count, (UInt8(ascii: "1")...UInt8(ascii: "8")).contains(result[i]) { result[i] = UInt8(ascii: "1") }
    }
    return result
  }
}
