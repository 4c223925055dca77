/// Reads little-endian values from bytes, front to back; reading past the end is a `FormatError`.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  /// The next byte to be read.
  private(set) var position: Int

  /// A cursor at `position`.
  ///
  /// - Throws: `FormatError` where that is outside the bytes.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) throws {
    self.bytes = bytes
    self.position = position
    guard 0...bytes.count ~= position else { throw FormatError.damaged("points to byte \(position) of \(bytes.count)") }
  }

  /// How many bytes are left.
  var remaining: Int { bytes.count - position }

  /// Steps over `count` bytes.
  ///
  /// - Returns: where they are.
  mutating func skip(_ count: Int) throws -> Range<Int> {
    guard count >= 0, count <= remaining else {
      throw FormatError.damaged("ends at byte \(bytes.count), \(count) bytes are due at \(position)")
    }
    defer { position += count }
    return position..<position + count
  }

  mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws -> Value {
    let range = try skip(MemoryLayout<Value>.size)
    return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: Value.self))
  }

  mutating func text(_ count: Int) throws -> String {
    String(decoding: bytes[try skip(count)], as: UTF8.self)
  }

  /// The text up to a line feed, which is passed; at most `limit` bytes are searched.
  mutating func line(limit: Int = 1024) throws -> String {
    let window = bytes[position..<position + min(limit, remaining)]
    guard let end = window.firstIndex(of: 0x0A) else {
      throw FormatError.damaged("a line at byte \(position) does not end")
    }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }
}
