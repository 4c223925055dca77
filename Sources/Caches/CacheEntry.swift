internal import Files

/// The file of an entry: a header that says what the payload is and whether it is complete, then the payload.
///
/// Header, little-endian: magic (8 bytes), format version (4), key (32), the payload's size (8) and SHA-256 (32).
enum CacheEntry {
  /// Part of the key and of the header, so that no version reads what another one wrote.
  static let version: UInt32 = 1
  static let headerSize = 84
  private static let magic = Array("u2clbin\n".utf8)

  /// The bytes of the file.
  static func encode(_ payload: [UInt8], key: CacheKey) -> [UInt8] { header(of: payload, key: key) + payload }

  /// The payload; nil if there is any doubt that it is what was stored under the key.
  static func decode(_ file: [UInt8], key: CacheKey) -> [UInt8]? {
    guard file.count >= headerSize else { return nil }
    let payload = Array(file[headerSize...])
    return file.starts(with: header(of: payload, key: key)) ? payload : nil
  }

  private static func header(of payload: [UInt8], key: CacheKey) -> [UInt8] {
    let size = UInt64(payload.count)
    return magic + version.littleEndianBytes + key.digest + size.littleEndianBytes + SHA256.digest(of: payload)
  }
}
