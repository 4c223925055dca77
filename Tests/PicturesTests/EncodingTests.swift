internal import Foundation
internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

@Suite struct EncodingTests {
  @Test(arguments: PNGKind.all) func picturesComeBack(_ kind: PNGKind) throws {
    let picture = kind.expected
    #expect(try Picture(decoding: picture.encodedPNG(), name: "x") == picture)
  }

  @Test func profileComesBack() throws {
    let picture = try Picture(contentsOf: Fixture.path("icc.png"))
    #expect(try Picture(decoding: picture.encodedPNG(), name: "x") == picture)
  }

  @Test(arguments: [Size(height: 1, width: 1), Size(height: 4000, width: 1), Size(height: 3, width: 127)])
  func masksComeBack(_ size: Size) throws {
    let pixels = Fixture.samples(size, channels: 1)
    let picture = try Picture(decoding: Mask(size: size, pixels: pixels).encodedPNG(), name: "x")
    #expect(picture.size == size)
    #expect(picture.values == pixels.flatMap { [Int($0), Int($0), Int($0)] })
  }

  /// The widths at which rows fill vectors, or nearly do.
  static let widths = [1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 1000]

  /// Rows of every kind (random, flat, as the one above, nearly empty) come back exactly, and so does alpha.
  @Test(arguments: widths, [1, 5, 70]) func filteredRowsComeBack(_ width: Int, height: Int) throws {
    let seed = UInt64(width * 1000 + height)
    var random = SeededGenerator(seed: seed)
    for hasAlpha in [false, true] {
      let size = Size(height: height, width: width)
      let count = width * (hasAlpha ? 4 : 3)
      var values: [UInt16] = []
      for y in 0..<height {
        let kind = random.next() % 4
        for x in 0..<count {
          let value = UInt16(truncatingIfNeeded: random.next())
          switch kind {
          case 0: values.append(value)
          case 1: values.append(40000)
          case 2 where y > 0: values.append(values[(y - 1) * count + x])
          default: values.append(value > 60000 ? value : 0)
          }
        }
      }
      for samples in [Picture.Samples.bits16(values), .bits8(values.map { UInt8($0 >> 8) })] {
        let picture = Picture(size: size, hasAlpha: hasAlpha, samples: samples)
        #expect(try Picture(decoding: picture.encodedPNG(), name: "x") == picture, "seed \(seed)")
      }
      let mask = Mask(size: size, pixels: values.prefix(width * height).map { UInt8($0 >> 8) })
      try withTemporaryDirectory { directory in
        try mask.writePNG(toFileAt: directory + "/mask.png")
        #expect(try Mask(greyOf: directory + "/mask.png") == mask, "seed \(seed)")
      }
    }
  }

  /// More than a band of rows, and more compressed bytes than one chunk holds.
  @Test func largePicturesComeBack() throws {
    let size = Size(height: 700, width: 1201)
    var random = SeededGenerator(seed: 7)
    let samples = (0..<size.height * size.width * 4).map { UInt8(random.next() % UInt64($0 % 90 + 1)) }
    let picture = Picture(size: size, hasAlpha: true, samples: .bits8(samples))
    #expect(try Picture(decoding: picture.encodedPNG(), name: "x") == picture)
  }

  /// Huffman tables are made for some strips of a JPEG; the others may need other symbols.
  @Test(arguments: [89, 90, 100]) func stripsUnlikeTheSampleComeBack(_ quality: Int) throws {
    let size = Size(height: 600, width: 45)
    var random = SeededGenerator(seed: 11)
    let strip = quality < 90 ? 16 : 8
    let samples = (0..<size.height * size.width).flatMap { pixel -> [UInt8] in
      let isSampled = pixel / size.width / strip % 8 == 4
      return Array(repeating: isSampled ? 99 : UInt8(truncatingIfNeeded: random.next()), count: 3)
    }
    let picture = Picture(size: size, hasAlpha: false, samples: .bits8(samples))
    let back = try Picture(decoding: picture.encoded(EncodingOptions(.jpeg, quality: quality)), name: "x")
    #expect(back.mismatch(with: picture, within: quality == 100 ? 4 : 90) == nil)
  }

  /// JPEG has no alpha: it is the same file as that of the picture laid over white.
  @Test(arguments: [Size(height: 1, width: 1), Size(height: 300, width: 67)])
  func jpegLiesOverWhite(_ size: Size) throws {
    let picture = Fixture.picture(size, hasAlpha: true)
    let options = EncodingOptions(.jpeg)
    #expect(try picture.encoded(options) == picture.flattened().encoded(options))
  }

  /// The chunks of a file are complete, in order, and each of the metadata's is there once.
  @Test func chunksAreThereOnce() throws {
    var picture = Fixture.picture(Fixture.size)
    picture.density = Density(horizontal: 300, vertical: 300, unit: .inch)
    picture.metadata = try Picture(contentsOf: Fixture.path("exif-6.png")).metadata
    picture.metadata.xmp = Array("<x:xmpmeta/>".utf8)
    let file = try picture.encoded(EncodingOptions(.png, keepsMetadata: true))
    var types: [String] = []
    var place = 8
    while place < file.count {
      let count = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      types.append(String(decoding: file[place + 4..<place + 8], as: UTF8.self))
      place += 12 + count
    }
    #expect(place == file.count)
    #expect(types.first == "IHDR" && types.last == "IEND" && types.dropLast().last == "IDAT")
    #expect(types.sorted() == ["IDAT", "IEND", "IHDR", "eXIf", "iTXt", "pHYs"], "\(types)")
  }

  @Test func emptyPicturesAreRefused() {
    let size = Size(height: 0, width: 3)
    #expect(throws: PictureError(.notEncodable(.png, size), name: "mask")) {
      try Mask(size: size, pixels: []).encodedPNG()
    }
  }
}

@Suite struct OutputFileTests {
  private let mask = Mask(
    size: Size(height: 3, width: 5), pixels: Fixture.samples(Size(height: 3, width: 5), channels: 1))

  private func entries(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }

  @Test func replacesWhatIsThere() throws {
    try withTemporaryDirectory { directory in
      for _ in 0..<2 { try mask.writePNG(toFileAt: directory + "/mask.png") }
      #expect(try entries(directory) == ["mask.png"])
      #expect(try Picture(contentsOf: directory + "/mask.png").size == mask.size)
    }
  }

  @Test func followsSymbolicLinks() throws {
    try withTemporaryDirectory { directory in
      try Data([1]).write(to: URL(fileURLWithPath: directory + "/real.png"))
      try FileManager.default.createSymbolicLink(
        atPath: directory + "/link.png", withDestinationPath: directory + "/real.png")
      try mask.writePNG(toFileAt: directory + "/link.png")
      #expect(try entries(directory) == ["link.png", "real.png"])
      #expect(try Picture(contentsOf: directory + "/real.png").size == mask.size)
    }
  }

  @Test func aDeviceStaysADevice() throws {
    try mask.writePNG(toFileAt: "/dev/null")
    #expect(try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType != .typeRegular)
  }

  @Test func failuresLeaveNothingBehind() throws {
    try withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(atPath: directory + "/taken", withIntermediateDirectories: false)
      #expect(throws: PictureError(.isDirectory, name: directory + "/taken")) {
        try mask.writePNG(toFileAt: directory + "/taken")
      }
      #expect(
        throws: PictureError(.unwritable(reason: "No such file or directory"), name: directory + "/none/mask.png")
      ) {
        try mask.writePNG(toFileAt: directory + "/none/mask.png")
      }
      #expect(throws: PictureError.self) { try mask.writePNG(toFileAt: directory + "/new/") }
      #expect(throws: PictureError.self) {
        try mask.writePNG(toFileAt: directory + "/" + String(repeating: "n", count: 300))
      }
      #expect(throws: PictureError.self) { try mask.writePNG(toFileAt: "/proc/u2cl-mask.png") }
      #expect(try entries(directory) == ["taken"])
      #expect(try entries(directory + "/taken") == [])
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func aFullDeviceIsAnError() {
    #expect(throws: PictureError(.unwritable(reason: "No space left on device"), name: "/dev/full")) {
      try mask.writePNG(toFileAt: "/dev/full")
    }
  }
}
