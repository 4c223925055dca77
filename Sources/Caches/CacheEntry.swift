/// An entry's file: a header that says what it is and whether it is whole, and the payload.
///
/// Header, little-endian: magic (8 bytes), format version (4), key (32), the payload's size (8) and SHA-256 (32).
enum CacheEntry {
  /// Another version is another key and another header: neither side reads what the other wrote.
  static let version: UInt32 = 1
  static let headerSize = 84
  private static let magic = Array("u2clbin\n".utf8)

  /// The bytes of the file.
  static func encode(_ payload: [UInt8], key: CacheKey) -> [UInt8] { header(of: payload, key: key) + payload }

  /// The payload; nil where there is any doubt that this is what was stored under that key.
  static func decode(_ file: [UInt8], key: CacheKey) -> [UInt8]? {
    guard file.count >= headerSize else { return nil }
    let payload = Array(file[headerSize...])
    return file.starts(with: header(of: payload, key: key)) ? payload : nil
  }

  private static func header(of payload: [UInt8], key: CacheKey) -> [UInt8] {
    let size = UInt64(payload.count)
    return magic + littleEndian(version) + key.digest + littleEndian(size) + SHA256.digest(of: payload)
  }

  static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
