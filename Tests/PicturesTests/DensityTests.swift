internal import Pictures
internal import Tensors
internal import Testing

/// The density (dpi) of files.
@Suite struct DensityTests {
  private let plain = Fixture.picture(Fixture.size)

  private func physical(_ x: UInt32, _ y: UInt32, unit: UInt8) -> (type: String, content: [UInt8]) {
    ("pHYs", PictureBytes.number(x) + PictureBytes.number(y) + [unit])
  }

  private func jfif(_ x: Int, _ y: Int, unit: UInt8) throws -> [UInt8] {
    var file = try plain.encoded(EncodingOptions(.jpeg))
    #expect(file[6..<10].elementsEqual("JFIF".utf8))
    file.replaceSubrange(13..<18, with: [unit, UInt8(x >> 8), UInt8(x & 255), UInt8(y >> 8), UInt8(y & 255)])
    return file
  }

  @Test func densityIsRead() throws {
    let png = try plain.encodedPNG()
    func density(_ file: [UInt8]) throws -> Density? { try Picture(decoding: file, name: "x").density }
    #expect(try density(png) == nil)
    #expect(try density(plain.encoded(EncodingOptions(.jpeg))) == nil)
    #expect(
      try density(PictureBytes.png(png, [physical(11811, 5906, unit: 1)]))
        == Density(horizontal: 11811, vertical: 5906, unit: .metre))
    // An aspect ratio, or nonsense.
    for chunk in [physical(2, 1, unit: 0), physical(0, 1, unit: 1), physical(1, 0, unit: 1)] {
      #expect(try density(PictureBytes.png(png, [chunk])) == nil)
    }
    #expect(try density(jfif(300, 150, unit: 1)) == Density(horizontal: 300, vertical: 150, unit: .inch))
    #expect(try density(jfif(118, 118, unit: 2)) == Density(horizontal: 118, vertical: 118, unit: .centimetre))
    for (x, unit) in [(1, 0), (300, 0), (0, 1), (300, 3)] { #expect(try density(jfif(x, x, unit: UInt8(unit))) == nil) }
  }

  @Test(arguments: [false, true]) func resolutionOfEXIF(isBigEndian: Bool) throws {
    func density(_ block: [UInt8], in file: [UInt8]) throws -> Density? {
      try Picture(decoding: PictureBytes.jpeg(file, exif: block), name: "x").density
    }
    let none = try jfif(1, 1, unit: 0)
    func block(_ x: (Int, Int), _ unit: Int?) -> [UInt8] {
      EXIFBytes.resolution(x, x, unit: unit, isBigEndian: isBigEndian)
    }
    #expect(try density(block((3000, 10), 2), in: none) == Density(horizontal: 300, vertical: 300, unit: .inch))
    #expect(try density(block((300, 1), nil), in: none) == Density(horizontal: 300, vertical: 300, unit: .inch))
    #expect(try density(block((118, 1), 3), in: none) == Density(horizontal: 118, vertical: 118, unit: .centimetre))
    for ratio in [(0, 1), (1, 0)] { #expect(try density(block(ratio, 2), in: none) == nil) }
    // The file's own density comes first.
    #expect(
      try density(block((72, 1), 2), in: jfif(300, 300, unit: 1))
        == Density(horizontal: 300, vertical: 300, unit: .inch))
    // Cut anywhere, it is ignored and not read out of bounds.
    let whole = block((3000, 10), 2)
    for count in 0..<whole.count { #expect(try density(Array(whole.prefix(count)), in: none) == nil, "\(count) bytes") }
  }

  /// What is written, from each unit.
  @Test func densityIsWritten() throws {
    func written(_ density: Density?, _ format: PictureFormat) throws -> Density? {
      var picture = plain
      picture.density = density
      return try Picture(decoding: picture.encoded(EncodingOptions(format)), name: "x").density
    }
    let inches = Density(horizontal: 300, vertical: 150, unit: .inch)
    let metres = Density(horizontal: 11811, vertical: 5906, unit: .metre)
    let centimetres = Density(horizontal: 118, vertical: 59, unit: .centimetre)
    #expect(try written(inches, .png) == metres)
    #expect(try written(metres, .png) == metres)
    #expect(try written(centimetres, .png) == Density(horizontal: 11800, vertical: 5900, unit: .metre))
    #expect(try written(inches, .jpeg) == inches)
    #expect(try written(metres, .jpeg) == inches)
    #expect(try written(centimetres, .jpeg) == centimetres)
    // Numbers that a format cannot hold.
    #expect(try written(Density(horizontal: 1e9, vertical: 1e9, unit: .inch), .jpeg) == nil)
    #expect(try written(Density(horizontal: 1e12, vertical: 1e12, unit: .inch), .png) == nil)
    #expect(try written(Density(horizontal: 1e-9, vertical: 1e-9, unit: .inch), .png) == nil)
    #expect(try written(Density(horizontal: .infinity, vertical: .nan, unit: .inch), .png) == nil)
  }

  @Test func withoutDensityNothingChanges() throws {
    var picture = plain
    let files = try [PictureFormat.png, .jpeg, .webp].map { try picture.encoded(EncodingOptions($0)) }
    #expect(!files[0].indices.contains { files[0][$0...].starts(with: "pHYs".utf8) })
    picture.density = Density(horizontal: 300, vertical: 300, unit: .inch)
    #expect(try picture.encoded(EncodingOptions(.png)).count == files[0].count + 21)
    #expect(try picture.encoded(EncodingOptions(.webp)) == files[2])
  }

  /// A quarter turn exchanges the axes.
  @Test func turningExchangesTheAxes() throws {
    let block = EXIFBytes.orientation(6, type: (3, 2), isBigEndian: true)
    let file = try PictureBytes.png(plain.encodedPNG(), [physical(200, 100, unit: 1), ("eXIf", block)])
    #expect(try Picture(decoding: file, name: "x").density == Density(horizontal: 100, vertical: 200, unit: .metre))
  }
}
