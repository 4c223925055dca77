import Foundation
import Testing

/// The built-in model's file, edited.
struct EditedModel {
  private(set) var bytes: [UInt8]
  /// Where the tensors' bytes begin.
  private let dataStart: Int

  init() throws {
    bytes = try Sandbox.bytes(Sandbox.builtInModel)
    dataStart = 8 + bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
  }

  /// The header with a text in place of another of the same length.
  func replacing(_ old: String, with new: String) throws -> [UInt8] {
    try #require(old.utf8.count == new.utf8.count, "'\(old)' and '\(new)'")
    let header = Data(bytes[..<dataStart])
    let range = try #require(header.range(of: Data(old.utf8)), "'\(old)' in the header")
    var edited = bytes
    edited.replaceSubrange(range, with: Array(new.utf8))
    return edited
  }

  /// The file with other bits in the first element, a float16.
  func withFirstElement(bits: UInt16) -> [UInt8] {
    var edited = bytes
    edited[dataStart] = UInt8(bits & 255)
    edited[dataStart + 1] = UInt8(bits >> 8)
    return edited
  }
}

/// Safetensors from a header and as many zero bytes.
func safetensors(_ header: String, zeros: Int) -> [UInt8] {
  let count = UInt64(header.utf8.count)
  let length = (0..<8).map { UInt8(count >> (8 * UInt64($0)) & 255) }
  return length + Array(header.utf8) + Array(repeating: 0, count: zeros)
}

/// The smallest ONNX models.
enum TinyONNX {
  /// A model whose outputs are sigmoids of a 1×1 convolution of the picture with ones, `[1, channels, side, side]`.
  static func bytes(outputs: [String], channels: Int = 1, side: Int = 32) -> [UInt8] {
    let weights = [Float](repeating: 1, count: 3 * channels).flatMap { value in
      (0..<4).map { UInt8(value.bitPattern >> (8 * UInt32($0)) & 255) }
    }
    let initializer =
      [channels, 3, 1, 1].flatMap { number(1, $0) } + number(2, 1) + text(8, "w") + field(9, weights)
    let convolution = text(1, "x") + text(1, "w") + text(2, "c") + text(4, "Conv")
    let sigmoids = outputs.flatMap { field(1, text(1, "c") + text(2, $0) + text(4, "Sigmoid")) }
    let graph =
      field(1, convolution) + sigmoids + text(2, "tiny") + field(5, initializer)
      + field(11, value("x", [1, 3, side, side])) + outputs.flatMap { field(12, value($0, [1, channels, side, side])) }
    return number(1, 7) + field(7, graph) + field(8, number(2, 11))
  }

  /// A `ValueInfoProto` of float32.
  private static func value(_ name: String, _ shape: [Int]) -> [UInt8] {
    let dimensions = shape.flatMap { field(1, number(1, $0)) }
    return text(1, name) + field(2, field(1, number(1, 1) + field(2, dimensions)))
  }

  private static func varint(_ value: Int) -> [UInt8] {
    value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + varint(value >> 7)
  }
  private static func number(_ id: Int, _ value: Int) -> [UInt8] { varint(id << 3) + varint(value) }
  private static func field(_ id: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(id << 3 | 2) + varint(bytes.count) + bytes
  }
  private static func text(_ id: Int, _ value: String) -> [UInt8] { field(id, Array(value.utf8)) }
}
