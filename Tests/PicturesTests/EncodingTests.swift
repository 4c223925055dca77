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
