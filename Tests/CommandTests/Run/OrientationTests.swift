import Foundation
import TestSupport
import Testing
import U2Net

/// One picture, stored in each of the eight ways that EXIF knows (EXIF 2.32, section 4.6.4): the mask and the cut-out
/// are the same, upright, and what is written does not say that it is to be turned once more.
@Suite struct OrientationTests {
  /// The apple at a tenth, of an odd width, so that a picture that lies on its side is another.
  private static let size = Size(height: 48, width: 67)

  @Test(arguments: [PictureFormat.png, .webp, .jpeg]) func everyOrientationGivesTheSame(format: PictureFormat) throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("stored")
    let upright = try Self.apple()
    for orientation in 1...8 {
      try sandbox.write(
        Self.stored(upright, orientation).encoded(EncodingOptions(format, quality: 100, keepsMetadata: true)),
        to: "stored/\(orientation).\(format.fileExtension)")
    }
    // JPEG's blocks are others in each orientation.
    let tolerance = format == .jpeg ? 8 : 0
    let run = ["run", "stored", "--keep-metadata", "--threshold", "0.5", "--size", "64", "--quiet"]
    for (kind, ending) in [("mask", "png"), ("cutout", "png"), ("cutout", "webp"), ("overlay", "jpg")] {
      let outcome = try sandbox.expectSuccess(
        run + ["--output", kind, "--format", ending, "--quality", "100", "-o", "out"])
      #expect(outcome.lines == (1...8).map { "out/\($0).\(kind).\(ending)" })
      let first = try Picture(contentsOf: "\(sandbox.folder)/out/1.\(kind).\(ending)")
      #expect(first.size == Self.size)
      for orientation in 1...8 {
        let path = "\(sandbox.folder)/out/\(orientation).\(kind).\(ending)"
        let made = try Picture(contentsOf: path)
        let what = "\(kind) as \(ending) of \(format.rawValue), orientation \(orientation)"
        #expect(made.size == Self.size && made.hasAlpha == first.hasAlpha, "\(what): \(made.size)")
        // Where the mask is one half, JPEG's loss decides; elsewhere the pixels are the same.
        if kind != "overlay" {
          let worst = made.differences(from: first)
          let allowed = format == .jpeg ? made.samples8.count / 100 : 0
          #expect(worst.count { $0 > tolerance } <= allowed, "\(what): \(worst.max() ?? 0)")
        }
        guard kind != "mask" else { continue }
        let file = Data(try Sandbox.bytes(path))
        #expect(file.range(of: Data(Self.exif(1, for: orientation))) != nil, "\(what): its EXIF is gone")
        if orientation > 1 {
          #expect(file.range(of: Data(Self.exif(orientation))) == nil, "\(what): it would be turned twice")
        }
      }
    }
  }

  /// Without --keep-metadata there is no EXIF at all.
  @Test func orientationsAreNotKept() throws {
    let sandbox = try Sandbox()
    let stored = Self.stored(try Self.apple(), 6)
    try sandbox.write(stored.encoded(EncodingOptions(.jpeg, keepsMetadata: true)), to: "in.jpg")
    try sandbox.expectSuccess(["run", "in.jpg", "--output", "cutout", "-o", "out.png", "--size", "64", "--quiet"])
    let made = try Picture(contentsOf: sandbox.folder + "/out.png")
    #expect(made.size == Self.size && made.metadata == Metadata())
  }

  private static func apple() throws -> Picture {
    try Picture(contentsOf: Sandbox.demo).resized(to: size)
  }

  /// A file's picture that is this one when it is turned as the orientation says.
  private static func stored(_ upright: Picture, _ orientation: Int) -> Picture {
    let (width, height) = (size.width, size.height)
    let stored = orientation < 5 ? size : Size(height: width, width: height)
    let source = upright.samples8
    var samples: [UInt8] = []
    for row in 0..<stored.height {
      for column in 0..<stored.width {
        // The standard's table: which visible side the stored rows and columns begin at.
        let (x, y) =
          switch orientation {
          case 2: (width - 1 - column, row)
          case 3: (width - 1 - column, height - 1 - row)
          case 4: (column, height - 1 - row)
          case 5: (row, column)
          case 6: (width - 1 - row, column)
          case 7: (width - 1 - row, height - 1 - column)
          case 8: (row, height - 1 - column)
          default: (column, row)
          }
        samples += source[3 * (y * width + x)..<3 * (y * width + x) + 3]
      }
    }
    return Picture(
      size: stored, hasAlpha: false, samples: .bits8(samples), metadata: Metadata(exif: exif(orientation)))
  }

  /// A block with this tag alone, in the byte order that goes with `place`: both occur.
  private static func exif(_ orientation: Int, for place: Int? = nil) -> [UInt8] {
    let value = UInt8(orientation)
    return (place ?? orientation).isMultiple(of: 2)
      ? [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0]
      : [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0]
  }
}

extension Picture {
  /// How much each sample differs; of transparent pixels their alpha alone.
  fileprivate func differences(from other: Picture) -> [Int] {
    let (mine, theirs) = (samples8, other.samples8)
    return mine.indices.map { i in
      let isClear = hasAlpha && mine[i | 3] == 0 && theirs[i | 3] == 0
      return isClear ? 0 : abs(Int(mine[i]) - Int(theirs[i]))
    }
  }
}
