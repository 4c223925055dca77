import TestSupport

/// A part of a file with a name or a number: a chunk, a segment, a field or an entry.
struct Part {
  var tag: [UInt8]
  var content: [UInt8]
}

/// A format of parts. After a part was changed, lengths, offsets and checksums are corrected, so that the code behind
/// those checks is reached.
protocol PartedFormat {
  /// The parts of a valid file; nil for any other.
  static func parts(of bytes: [UInt8]) -> [Part]?
  /// The bytes of a file of these parts.
  static func joined(_ parts: [Part]) -> [UInt8]
  /// Changes a part according to its structure; returns false if it has none.
  static func mutateInside(
    _ part: inout Part, words: [[UInt8]], donor: [UInt8], using generator: inout SeededGenerator
  ) -> Bool
}

extension PartedFormat {
  static func mutateInside(
    _ part: inout Part, words: [[UInt8]], donor: [UInt8], using generator: inout SeededGenerator
  ) -> Bool { false }

  /// Changes, removes, repeats or swaps a part.
  static func mutate(
    _ bytes: inout [UInt8], words: [[UInt8]], donor: [UInt8], using generator: inout SeededGenerator
  ) {
    guard var parts = parts(of: bytes), let index = parts.indices.randomElement(using: &generator) else { return }
    switch Int.random(in: 0..<16, using: &generator) {
    case 0: parts.remove(at: index)
    case 1: parts.insert(parts[index], at: index)
    case 2: parts.swapAt(index, Int.random(in: parts.indices, using: &generator))
    case 3:
      let times = Int.random(in: 2...64, using: &generator)
      parts.insert(contentsOf: Array(repeating: parts[index], count: times), at: index)
    case 4:
      guard let other = Self.parts(of: donor)?.randomElement(using: &generator) else { return }
      parts.insert(other, at: index)
    case 5: ByteMutation.apply(to: &parts[index].tag, words: words, donor: donor, using: &generator)
    default:
      if !mutateInside(&parts[index], words: words, donor: donor, using: &generator) {
        ByteMutation.apply(to: &parts[index].content, words: words, donor: donor, using: &generator)
      }
    }
    bytes = joined(parts)
  }
}

extension FixedWidthInteger {
  /// The bytes in big-endian order.
  var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }

  /// The integer at `place`; nil if the bytes end before it does.
  init?(littleEndian bytes: [UInt8], at place: Int) {
    guard place >= 0, place <= bytes.count - MemoryLayout<Self>.size else { return nil }
    self = Self(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Self.self) })
  }
}
