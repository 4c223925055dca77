/// Reads little-endian values from bytes, in order. Reading past the end throws a `FormatError`.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  /// The position of the next byte to read.
  private(set) var position: Int

  /// A cursor at `position`.
  ///
  /// - Throws: `FormatError` if that is outside the bytes.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) throws {
    self.bytes = bytes
    self.position = position
    guard 0...bytes.count ~= position else {
      throw FormatError.damaged("points to byte \(position), but has only \(bytes.count)")
    }
  }

  /// The number of bytes left.
  var remaining: Int { bytes.count - position }

  /// Moves past `count` bytes.
  ///
  /// - Returns: the positions of these bytes.
  mutating func skip(_ count: Int) throws -> Range<Int> {
    guard count >= 0, count <= remaining else {
      throw FormatError.damaged("ends at byte \(bytes.count), but should have \(count) bytes at \(position)")
    }
    defer { position += count }
    return position..<position + count
  }

  /// Reads an integer.
  mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws -> Value {
    let range = try skip(MemoryLayout<Value>.size)
    return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: Value.self))
  }

  /// Reads `count` bytes of UTF-8.
  mutating func text(_ count: Int) throws -> String {
    String(decoding: bytes[try skip(count)], as: UTF8.self)
  }

  /// Reads the text up to a line feed and moves past it; searches at most `limit` bytes.
  mutating func line(limit: Int = 1024) throws -> String {
    let window = bytes[position..<position + min(limit, remaining)]
    guard let end = window.firstIndex(of: 0x0A) else {
      throw FormatError.damaged("a line at byte \(position) does not end")
    }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }
}
