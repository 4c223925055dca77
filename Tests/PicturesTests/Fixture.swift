internal import Foundation
internal import Pictures
internal import Tensors
internal import TestSupport

/// The pictures that make_fixtures.py made.
enum Fixture {
  /// The size of the lossless pictures.
  static let size = Size(height: 9, width: 13)

  private static let folder = SharedFiles.packageRoot + "/Tests/PicturesTests/Fixtures/"

  static func path(_ name: String) -> String { folder + name }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// The names of all valid pictures, sorted.
  static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { !$0.hasPrefix("claims-") && !$0.hasSuffix(".expected.png") && !$0.hasSuffix(".py") }.sorted()

  /// The samples of the lossless pictures.
  static func sample(_ x: Int, _ y: Int, _ channel: Int, bits: Int) -> Int {
    ((x * 3701 + y * 9107 + channel * 5303 + x * y * 501) % 65536) >> (16 - bits)
  }

  /// `[height, width, channels]` of 8 bits.
  static func samples(_ size: Size, channels: Int) -> [UInt8] {
    (0..<size.height * size.width * channels).map { index in
      let pixel = index / channels
      return UInt8(sample(pixel % size.width, pixel / size.width, index % channels, bits: 8))
    }
  }

  /// A picture of these samples.
  static func picture(_ size: Size, hasAlpha: Bool = false) -> Picture {
    Picture(size: size, hasAlpha: hasAlpha, samples: .bits8(samples(size, channels: hasAlpha ? 4 : 3)))
  }
}

extension Picture {
  /// All samples, of whatever depth.
  var values: [Int] {
    switch samples {
    case .bits8(let values): values.map(Int.init)
    case .bits16(let values): values.map(Int.init)
    }
  }

  /// A sentence about the difference to `expected`; nil if this picture agrees within `tolerance`.
  func mismatch(with expected: Picture, within tolerance: Int = 0) -> String? {
    guard size == expected.size, hasAlpha == expected.hasAlpha else {
      return "\(size), alpha \(hasAlpha); expected \(expected.size), alpha \(expected.hasAlpha)"
    }
    guard let index = zip(values, expected.values).enumerated().first(where: { abs($1.0 - $1.1) > tolerance })?.offset
    else { return nil }
    let pixel = index / channels
    return """
      at x \(pixel % size.width), y \(pixel / size.width), channel \(index % channels): \(values[index]), \
      expected \(expected.values[index]) ± \(tolerance)
      """
  }
}

/// Calls `body` with a folder that is removed afterwards.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
  let path = NSTemporaryDirectory() + "/u2cl-images-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(path)
}
