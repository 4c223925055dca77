/// Bytes of metadata for tests, and files that hold them.
enum EXIFBytes {
  /// The types of a field of one integer (TIFF 6.0, section 2), and the bytes of each.
  static let integerTypes: [(type: Int, bytes: Int)] = [(1, 1), (3, 2), (4, 4), (6, 1), (8, 2), (9, 4)]

  /// An entry of a directory; `value` is the value itself, or an offset.
  struct Entry {
    var tag: Int
    var type: Int
    var count = 1
    var value: Int
    /// The bytes of the value.
    var bytes = 4
  }

  /// A block of one directory, followed by the values of `ratios`, whose offsets the entries hold.
  static func block(_ entries: [Entry], ratios: [(Int, Int)] = [], isBigEndian: Bool) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isBigEndian ? bytes.reversed() : bytes
    }
    var block = Array((isBigEndian ? "MM" : "II").utf8) + number(42, 2) + number(8, 4) + number(entries.count, 2)
    for entry in entries {
      let value = number(entry.value, entry.bytes)
      block += number(entry.tag, 2) + number(entry.type, 2) + number(entry.count, 4) + value
      block += Array(repeating: 0, count: 4 - value.count)
    }
    block += number(0, 4)
    for ratio in ratios { block += number(ratio.0, 4) + number(ratio.1, 4) }
    return block
  }

  /// A block with an orientation of a type.
  static func orientation(_ value: Int, type: (type: Int, bytes: Int), count: Int = 1, isBigEndian: Bool) -> [UInt8] {
    block(
      [Entry(tag: 0x0112, type: type.type, count: count, value: value, bytes: type.bytes)], isBigEndian: isBigEndian)
  }

  /// A block with a resolution.
  static func resolution(_ x: (Int, Int), _ y: (Int, Int), unit: Int?, isBigEndian: Bool) -> [UInt8] {
    let count = unit == nil ? 2 : 3
    let place = 8 + 2 + 12 * count + 4
    var entries = [Entry(tag: 0x011A, type: 5, value: place), Entry(tag: 0x011B, type: 5, value: place + 8)]
    if let unit { entries.append(Entry(tag: 0x0128, type: 3, value: unit, bytes: 2)) }
    return block(entries, ratios: [x, y], isBigEndian: isBigEndian)
  }
}

/// Files into which segments and chunks are put.
enum PictureBytes {
  /// A JPEG file with an EXIF block behind its start.
  static func jpeg(_ file: [UInt8], exif: [UInt8]) -> [UInt8] {
    jpeg(file, marker: 0xE1, Array("Exif\0\0".utf8) + exif)
  }

  /// A JPEG file with a segment behind its start.
  static func jpeg(_ file: [UInt8], marker: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count + 2
    return file[..<2] + [0xFF, marker, UInt8(count >> 8), UInt8(count & 255)] + content + file[2...]
  }

  /// A PNG file with chunks behind its header, or behind its pixels.
  static func png(_ file: [UInt8], _ chunks: [(type: String, content: [UInt8])], atEnd: Bool = false) -> [UInt8] {
    let place = atEnd ? file.count - 12 : 33
    let inserted = chunks.flatMap { chunk -> [UInt8] in
      let body = Array(chunk.type.utf8) + chunk.content
      let checksum = ~body.reduce(UInt32.max) { sum, byte in
        (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xEDB8_8320) }
      }
      return number(UInt32(chunk.content.count)) + body + number(checksum)
    }
    return file[..<place] + inserted + file[place...]
  }

  /// Four bytes, the highest first.
  static func number(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

  /// A zlib stream of one stored block.
  static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    let count = UInt16(bytes.count)
    var (a, b) = (UInt32(1), UInt32(0))
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    let lengths = [count, ~count].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    return [0x78, 0x01, 0x01] + lengths + bytes + number(b << 16 | a)
  }

  /// The text in which ImageMagick kept a block before there was an eXIf chunk: 36 bytes a line.
  static func rawProfile(_ bytes: [UInt8], name: String) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    var text = Array("\n\(name)\n\(String(repeating: " ", count: 8 - "\(bytes.count)".count))\(bytes.count)".utf8)
    for (index, byte) in bytes.enumerated() {
      if index % 36 == 0 { text.append(0x0A) }
      text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return text + [0x0A]
  }
}
