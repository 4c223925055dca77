internal import Foundation
internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

@Suite(.enabled(if: SharedFiles.exist, "\(SharedFiles.absence)")) struct SharedGoldenTests {
  /// One float32 tensor of a safetensors file.
  private func tensor(_ name: String, in path: String) throws -> Tensor {
    let file = try Data(contentsOf: URL(fileURLWithPath: path))
    let headerSize = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: file[8..<8 + headerSize]) as? [String: Any]
    let entry = try #require(header?[name] as? [String: Any])
    let shape = try #require(entry["shape"] as? [Int])
    let offsets = try #require(entry["data_offsets"] as? [Int])
    let bytes = [UInt8](file[8 + headerSize + offsets[0]..<8 + headerSize + offsets[1]])
    return Tensor(
      shape: Shape(shape),
      values: bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map { Float(bitPattern: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
      })
  }

  @Test func authorsPreprocessingOfTheHorse() throws {
    let expected = try tensor("input", in: SharedFiles.path("golden/u2netp_official_horse_320.safetensors"))
    let input = Preprocessing().input(from: try Picture(contentsOf: SharedFiles.path("images/horse.jpg")))
    print("horse: largest difference to the golden input \(input.maxAbsoluteDifference(to: expected))")
    #expect(input.mismatch(with: expected, within: 1e-5) == nil)
  }

  @Test(arguments: ["0003.jpg", "bike.jpg", "boat.jpg", "girl.png", "horse.jpg", "im_27.png"])
  func theAuthorsPicturesAndMapsHaveTheSameSizes(_ name: String) throws {
    let picture = try Picture(contentsOf: SharedFiles.path("images/\(name)"))
    let map = try Picture(contentsOf: SharedFiles.path("images/official_u2netp/\(name.prefix { $0 != "." }).png"))
    #expect(picture.size == map.size)
  }
}
