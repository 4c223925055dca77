internal import Foundation
internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

/// Masks and maps decoded straight to grey.
@Suite struct GreyDecodingTests {
  /// A picture decoded straight to grey equals the luma of its RGB.
  @Test(arguments: Fixture.names) func greyIsTheLumaOfThePicture(name: String) throws {
    let picture = try Picture(contentsOf: Fixture.path(name)).flattened(over: .black)
    let grey = try Mask(greyOf: Fixture.path(name))
    #expect(grey.size == picture.size)
    let samples = picture.samples8
    for (index, value) in grey.pixels.enumerated() {
      let (red, green, blue) = (Int(samples[3 * index]), Int(samples[3 * index + 1]), Int(samples[3 * index + 2]))
      let luma = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
      guard Int(value) != luma else { continue }
      Issue.record("\(name), pixel \(index): \(value), expected \(luma)")
      return
    }
  }

  /// The errors are the same as for pictures.
  @Test func damagedFilesAreTold() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/x.png"
      func problem(_ bytes: [UInt8]) throws -> PictureError.Problem? {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do throws(PictureError) {
          _ = try Mask(greyOf: path)
          return nil
        } catch {
          return error.problem
        }
      }
      let sound = try Fixture.bytes("grey-8.png")
      #expect(try problem(sound) == nil)
      #expect(try problem([]) == .empty)
      #expect(try problem(Array(sound.dropLast(20))) == .truncated(.png))
      #expect(try problem(Array("some text".utf8)) == .unknownFormat(resembles: nil))
      var damaged = sound
      damaged[sound.count - 20] ^= 0xFF
      guard case .corrupt(.png, _)? = try problem(damaged) else {
        Issue.record("a damaged file was read")
        return
      }
      #expect(throws: PictureError(.missing, name: directory + "/none")) { try Mask(greyOf: directory + "/none") }
    }
  }

  /// A header with more pixels than the file can hold is refused before memory is allocated.
  @Test func aFileTooShortForItsHeader() throws {
    var png = try Fixture.bytes("grey-8.png")
    // 9000 × 9000, and the chunk's checksum.
    png.replaceSubrange(16..<24, with: [0, 0, 0x23, 0x28, 0, 0, 0x23, 0x28])
    png.replaceSubrange(29..<33, with: [0, 0, 0, 0])
    var jpeg = try Fixture.bytes("baseline-444.jpg")
    let frame = try #require(jpeg.indices.dropLast(9).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x23, 0x28, 0x23, 0x28])
    #expect(throws: PictureError(.truncated(.jpeg), name: "x")) { try Picture(decoding: jpeg, name: "x") }
    png.replaceSubrange(29..<33, with: Self.checksum(Array(png[12..<29])))
    #expect(throws: PictureError(.truncated(.png), name: "x")) { try Picture(decoding: png, name: "x") }
  }

  /// So is a chunk that is longer than the file.
  @Test(arguments: ["tEXt", "eXIf", "zTXt", "iCCP", "sPLT", "hIST"]) func aChunkThatClaimsAGigabyte(type: String) throws
  {
    var png = try Fixture.bytes("grey-8.png")
    png.insert(contentsOf: [0x40, 0, 0, 0] + Array(type.utf8) + [1, 2, 3], at: 33)
    #expect(throws: PictureError.self) { try Picture(decoding: png, name: "x") }
    let before = Self.peakMemory
    #expect(throws: PictureError.self) { try Picture(decoding: png, name: "x") }
    #expect(Self.peakMemory - before < 1 << 29)
  }

  /// The most address space that this process has had, in bytes.
  private static var peakMemory: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") } ?? ""
    return (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) << 10
  }

  /// CRC-32, highest byte first.
  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    let sum = ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
    return withUnsafeBytes(of: sum.bigEndian) { Array($0) }
  }
}
