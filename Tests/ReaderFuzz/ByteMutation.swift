import TestSupport

/// Random changes to bytes, whatever their format.
enum ByteMutation: CaseIterable {
  case flipBit, setByte, setInteger, nudgeInteger, setNumber, remove, `repeat`, insertWord, cutShort, fill, splice

  /// Extents, counts and offsets that are likely to overflow.
  private static let integers: [Int64] = [
    0, 1, 2, 3, 4, 7, 8, 16, 127, 128, 255, 256, 1024, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000,
    0xFFFF_FFFF, 0x1_0000_0000, 1 << 40, 1 << 61, 1 << 62, .max, .min, -1, -2, -128, -32768,
  ]

  /// Applies one change at random.
  ///
  /// - Parameters:
  ///   - words: sequences of bytes to insert or to overwrite with.
  ///   - donor: another file of the same format.
  static func apply(
    to bytes: inout [UInt8], words: [[UInt8]], donor: [UInt8], using generator: inout SeededGenerator
  ) {
    guard !bytes.isEmpty, let mutation = allCases.randomElement(using: &generator) else { return }
    let place = Int.random(in: bytes.indices, using: &generator)
    let range = place..<min(bytes.count, place + Int.random(in: 1...32, using: &generator))
    switch mutation {
    case .flipBit: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case .setByte: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case .setInteger: setInteger(&bytes, at: place, &generator) { _, chosen in chosen }
    case .nudgeInteger: setInteger(&bytes, at: place, &generator) { old, chosen in old &+ (chosen >> 60) &+ 1 }
    case .setNumber: setNumber(&bytes, near: place, &generator)
    case .remove: bytes.removeSubrange(range)
    case .repeat:
      let times = Bool.random(using: &generator) ? 1 : Int.random(in: 1...200, using: &generator)
      bytes.insert(contentsOf: (0..<times).flatMap { _ in Array(bytes[range]) }, at: place)
    case .insertWord:
      guard let word = words.randomElement(using: &generator) else { return }
      let end = Bool.random(using: &generator) ? place : min(bytes.count, place + word.count)
      bytes.replaceSubrange(place..<end, with: word)
    case .cutShort: bytes.removeSubrange(place...)
    case .fill:
      let value = [0, 0xFF, UInt8.random(in: 0...255, using: &generator)].randomElement(using: &generator) ?? 0
      for index in range { bytes[index] = value }
    case .splice:
      guard !donor.isEmpty else { return }
      let start = Int.random(in: donor.indices, using: &generator)
      let piece = donor[start..<min(donor.count, start + Int.random(in: 1...256, using: &generator))]
      let end = Bool.random(using: &generator) ? place : min(bytes.count, place + piece.count)
      bytes.replaceSubrange(place..<end, with: piece)
    }
  }

  /// Writes an integer of 2, 4 or 8 bytes, in either byte order.
  private static func setInteger(
    _ bytes: inout [UInt8], at place: Int, _ generator: inout SeededGenerator, _ value: (Int64, Int64) -> Int64
  ) {
    let width = min([2, 4, 8].randomElement(using: &generator) ?? 4, bytes.count - place)
    let isLittle = Bool.random(using: &generator)
    let places = isLittle ? Array(place..<place + width) : Array((place..<place + width).reversed())
    let old = places.reversed().reduce(Int64(0)) { $0 << 8 | Int64(bytes[$1]) }
    let chosen = integers.randomElement(using: &generator) ?? 0
    var rest = UInt64(bitPattern: value(old, chosen))
    for index in places {
      bytes[index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
  }

  /// Replaces a decimal number by another.
  private static func setNumber(_ bytes: inout [UInt8], near place: Int, _ generator: inout SeededGenerator) {
    let digits: ClosedRange<UInt8> = 0x30...0x39
    guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
    let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
    let number = integers.randomElement(using: &generator) ?? 0
    let text = ["\(number)", "\(number).5", "1e\(number)", "-\(number)"].randomElement(using: &generator) ?? ""
    bytes.replaceSubrange(start..<end, with: text.utf8)
  }
}
