internal import Pictures
internal import Tensors
internal import Testing

/// Orientations of every integer type, wherever EXIF blocks are kept.
@Suite struct EXIFOrientationTests {
  private static let orders = [false, true]
  private let plain = Fixture.picture(Fixture.size)

  private func decoded(_ chunks: [(type: String, content: [UInt8])], atEnd: Bool = false) throws -> Picture {
    try Picture(decoding: PictureBytes.png(plain.encodedPNG(), chunks, atEnd: atEnd), name: "x")
  }

  @Test(arguments: orders) func everyIntegerType(isBigEndian: Bool) throws {
    let jpeg = try plain.encoded(EncodingOptions(.jpeg))
    let stored = try Picture(decoding: jpeg, name: "x")
    for type in EXIFBytes.integerTypes {
      for value in 1...8 {
        let block = EXIFBytes.orientation(value, type: type, isBigEndian: isBigEndian)
        let orientation = try #require(Orientation(rawValue: value))
        let what = "type \(type.type), \(value), big-endian \(isBigEndian)"
        #expect(try decoded([("eXIf", block)]).mismatch(with: plain.upright(from: orientation)) == nil, "\(what)")
        let turned = try Picture(decoding: PictureBytes.jpeg(jpeg, exif: block), name: "x")
        #expect(turned.mismatch(with: stored.upright(from: orientation)) == nil, "\(what)")
        // What is kept says upright, as the type that every reader knows.
        let upright = EXIFBytes.orientation(1, type: (3, 2), isBigEndian: isBigEndian)
        #expect(turned.metadata.exif == upright, "\(what)")
      }
    }
  }

  /// Neither a wrong number nor a wrong type turns the picture.
  @Test(arguments: orders) func whatIsNoOrientationIsIgnored(isBigEndian: Bool) throws {
    let entries: [EXIFBytes.Entry] = [
      .init(tag: 0x0112, type: 3, value: 0, bytes: 2), .init(tag: 0x0112, type: 3, value: 9, bytes: 2),
      .init(tag: 0x0112, type: 4, value: 6 << 16), .init(tag: 0x0112, type: 4, value: 0xFFFF_FFFF),
      .init(tag: 0x0112, type: 9, value: -6), .init(tag: 0x0112, type: 8, value: -1, bytes: 2),
      .init(tag: 0x0112, type: 6, value: 0x86, bytes: 1), .init(tag: 0x0112, type: 3, count: 2, value: 6, bytes: 2),
      .init(tag: 0x0112, type: 3, count: 0, value: 6, bytes: 2), .init(tag: 0x0112, type: 2, value: 0x36, bytes: 1),
      .init(tag: 0x0112, type: 5, value: 6), .init(tag: 0x0112, type: 7, value: 6, bytes: 1),
      .init(tag: 0x0112, type: 11, value: 6), .init(tag: 0x0112, type: 0, value: 6),
      .init(tag: 0x0112, type: 65535, value: 6), .init(tag: 0x0113, type: 3, value: 6, bytes: 2),
    ]
    for entry in entries {
      let block = EXIFBytes.block([entry], isBigEndian: isBigEndian)
      #expect(try decoded([("eXIf", block)]).mismatch(with: plain) == nil, "\(entry)")
    }
    // Only the link to the next directory may be missing.
    let whole = EXIFBytes.orientation(6, type: (4, 4), isBigEndian: isBigEndian)
    for count in 1..<whole.count - 4 {
      let picture = try? decoded([("eXIf", Array(whole.prefix(count)))])
      #expect(picture?.mismatch(with: plain) == nil, "\(count) bytes")
    }
  }

  private static let profiles = ["exif", "APP1"].flatMap { name in
    ["tEXt", "zTXt", "iTXt", "compressed iTXt"].flatMap { chunk in [false, true].map { (name, chunk, $0) } }
  }

  /// `Raw profile type` of old PNG files.
  @Test(arguments: profiles) func rawProfiles(name: String, chunk: String, atEnd: Bool) throws {
    for isBigEndian in Self.orders {
      for signature in ["Exif\0\0", ""] {
        let block = EXIFBytes.orientation(6, type: (4, 4), isBigEndian: isBigEndian)
        let text = PictureBytes.rawProfile(Array(signature.utf8) + block, name: name)
        let found = try decoded([Self.chunk(chunk, "Raw profile type \(name)", text)], atEnd: atEnd)
        #expect(found.mismatch(with: plain.upright(from: .rotated90Clockwise)) == nil, "\(signature)")
        #expect(
          found.metadata.exif == EXIFBytes.orientation(1, type: (3, 2), isBigEndian: isBigEndian), "\(signature)")
      }
    }
  }

  private static func chunk(_ kind: String, _ keyword: String, _ text: [UInt8]) -> (type: String, content: [UInt8]) {
    let key = Array(keyword.utf8) + [0]
    return switch kind {
    case "zTXt": ("zTXt", key + [0] + PictureBytes.zlib(text))
    case "iTXt": ("iTXt", key + [0, 0, 0, 0] + text)
    case "compressed iTXt": ("iTXt", key + [1, 0, 0, 0] + PictureBytes.zlib(text))
    default: ("tEXt", key + text)
    }
  }

  @Test func theChunkComesBeforeTheText() throws {
    let six = EXIFBytes.orientation(6, type: (3, 2), isBigEndian: true)
    let three = EXIFBytes.orientation(3, type: (3, 2), isBigEndian: true)
    let text = Self.chunk("tEXt", "Raw profile type exif", PictureBytes.rawProfile(six, name: "exif"))
    #expect(try decoded([text, ("eXIf", three)]).mismatch(with: plain.upright(from: .rotated180)) == nil)
  }

  @Test func damagedProfilesAreIgnored() throws {
    let block = EXIFBytes.orientation(6, type: (3, 2), isBigEndian: false)
    let sound = PictureBytes.rawProfile(block, name: "exif")
    let xmp = PictureBytes.rawProfile(Array("http://ns.adobe.com/xap/1.0/\0<x/>".utf8), name: "APP1")
    var texts: [[UInt8]] = [xmp, [], Array("\nexif\n".utf8), Array("\nexif\n 99999999999999999999\n49".utf8)]
    texts += [Array("\nexif\n -4\n49492a00".utf8), Array("exif 4 49492a0x".utf8), Array("exif 4 49492a0".utf8)]
    texts += (1..<sound.count - 1).map { Array(sound.prefix($0)) }
    for text in texts {
      let chunk = Self.chunk("tEXt", "Raw profile type exif", text)
      let found = try decoded([chunk])
      #expect(
        found.mismatch(with: plain) == nil && found.metadata == Metadata(), "\(String(decoding: text, as: UTF8.self))")
    }
    // Other profiles are none of our business.
    let other = try decoded([Self.chunk("tEXt", "Raw profile type iptc", sound)])
    #expect(other.mismatch(with: plain) == nil)
  }

  /// A grey picture, as masks are, is turned as well.
  @Test func greyPicturesAreTurned() throws {
    let mask = Mask(size: Fixture.size, pixels: Fixture.samples(Fixture.size, channels: 1))
    let block = EXIFBytes.orientation(6, type: (4, 4), isBigEndian: true)
    let text = Self.chunk("zTXt", "Raw profile type exif", PictureBytes.rawProfile(block, name: "exif"))
    try withTemporaryDirectory { directory in
      try OutputFile.save(PictureBytes.png(mask.encodedPNG(), [text]), toFileAt: directory + "/x.png")
      let size = Size(height: Fixture.size.width, width: Fixture.size.height)
      #expect(try Mask(greyOf: directory + "/x.png").size == size)
    }
  }
}
