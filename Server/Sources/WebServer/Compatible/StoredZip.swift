/// A ZIP archive whose files are stored as they are, because pictures are compressed already.
package struct StoredZip {
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count: UInt16 = 0

  /// An archive without files.
  package init() {}

  /// Adds a file.
  ///
  /// - Parameters:
  ///   - name: a name in ASCII.
  ///   - content: less than 4 GiB.
  package mutating func add(_ name: String, _ content: [UInt8]) {
    var header: [UInt8] = []
    // Version 2.0, no flags, stored, 1980-01-01.
    for value: UInt16 in [20, 0, 0, 0, 0x21] { header += Self.bytes(value) }
    for value in [Self.checksum(content), UInt32(content.count), UInt32(content.count)] { header += Self.bytes(value) }
    header += Self.bytes(UInt16(name.utf8.count)) + Self.bytes(UInt16(0))
    let start = UInt32(bytes.count)
    bytes += Self.bytes(UInt32(0x0403_4b50)) + header + Array(name.utf8) + content
    directory += Self.bytes(UInt32(0x0201_4b50)) + Self.bytes(UInt16(20)) + header
    for _ in 0..<5 { directory += Self.bytes(UInt16(0)) }
    directory += Self.bytes(start) + Array(name.utf8)
    count += 1
  }

  /// The archive.
  package var archive: [UInt8] {
    var end = Self.bytes(UInt32(0x0605_4b50)) + Self.bytes(UInt32(0)) + Self.bytes(count) + Self.bytes(count)
    end += Self.bytes(UInt32(directory.count)) + Self.bytes(UInt32(bytes.count)) + Self.bytes(UInt16(0))
    return bytes + directory + end
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  /// CRC-32 of ISO 3309.
  private static func checksum(_ content: [UInt8]) -> UInt32 {
    ~content.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 0xff)] ^ ($0 >> 8) }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
  }
}
