import Files

/// PNG: chunks of a length, a type, data and a checksum.
enum PNGFormat: PartedFormat {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func parts(of bytes: [UInt8]) -> [Part]? {
    guard bytes.starts(with: signature) else { return nil }
    var parts: [Part] = []
    var place = signature.count
    while let length = UInt32(littleEndian: bytes, at: place).map({ Int($0.byteSwapped) }) {
      guard place + 12 + length <= bytes.count else { break }
      parts.append(
        Part(tag: Array(bytes[place + 4..<place + 8]), content: Array(bytes[place + 8..<place + 8 + length])))
      place += 12 + length
    }
    return parts
  }

  static func joined(_ parts: [Part]) -> [UInt8] {
    parts.reduce(into: signature) { file, part in
      let body = part.tag + part.content
      file += UInt32(part.content.count).bigEndianBytes + body + checksum(body).bigEndianBytes
    }
  }

  /// CRC-32.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
  }
}

/// WebP: RIFF chunks of a four-letter code, a length and an even number of bytes.
enum WebPFormat: PartedFormat {
  static func parts(of bytes: [UInt8]) -> [Part]? {
    guard bytes.starts(with: "RIFF".utf8) else { return nil }
    var parts: [Part] = []
    var place = 12
    while let length = UInt32(littleEndian: bytes, at: place + 4).map({ Int($0) }), place + 8 + length <= bytes.count {
      parts.append(Part(tag: Array(bytes[place..<place + 4]), content: Array(bytes[place + 8..<place + 8 + length])))
      place += 8 + length + length % 2
    }
    return parts
  }

  static func joined(_ parts: [Part]) -> [UInt8] {
    let body = parts.reduce(into: Array("WEBP".utf8)) { body, part in
      body += part.tag + UInt32(part.content.count).littleEndianBytes + part.content
      if part.content.count % 2 == 1 { body.append(0) }
    }
    return Array("RIFF".utf8) + UInt32(body.count).littleEndianBytes + body
  }
}

/// JPEG: segments of a marker, a length and data. The coded data of a scan belong to its header.
enum JPEGFormat: PartedFormat {
  static func parts(of bytes: [UInt8]) -> [Part]? {
    guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
    var parts: [Part] = []
    var place = 2
    while place + 4 <= bytes.count, bytes[place] == 0xFF, bytes[place + 1] != 0xD9 {
      let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
      let end = min(bytes.count, place + 2 + max(length, 2))
      let next = bytes[place + 1] == 0xDA ? endOfScan(in: bytes, from: end) : end
      // The length is part of the tag, because a scan's coded data have none.
      parts.append(Part(tag: Array(bytes[place..<place + 4]), content: Array(bytes[place + 4..<max(next, place + 4)])))
      place = max(next, place + 4)
    }
    return parts
  }

  static func joined(_ parts: [Part]) -> [UInt8] {
    parts.reduce(into: [0xFF, 0xD8]) { file, part in
      let isScan = part.tag.count > 1 && part.tag[1] == 0xDA
      let length = UInt16(truncatingIfNeeded: part.content.count + 2).bigEndianBytes
      file += (isScan ? part.tag : Array(part.tag.prefix(2)) + length) + part.content
    } + [0xFF, 0xD9]
  }

  /// The position of the next marker that is neither a stuffed byte nor a restart.
  private static func endOfScan(in bytes: [UInt8], from start: Int) -> Int {
    guard start < bytes.count else { return bytes.count }
    return bytes.indices[start...].first { index in
      bytes[index] == 0xFF && index + 1 < bytes.count && bytes[index + 1] != 0
        && !(0xD0...0xD7).contains(bytes[index + 1])
    } ?? bytes.count
  }
}
