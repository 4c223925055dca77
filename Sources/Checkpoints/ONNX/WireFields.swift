/// The fields of a protocol buffers message, found where they lie: what is needed to leave weights in the mapped file.
///
/// Source: the Protocol Buffers encoding guide.
struct WireFields: Sequence, IteratorProtocol {
  /// One field.
  struct Field {
    let number: Int
    /// 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.
    let wireType: UInt8
    /// Tag and content, in the file.
    let whole: Range<Int>
    /// The content of a length-delimited field, in the file.
    let content: Range<Int>
  }

  private var cursor: ByteCursor
  /// Why the iteration ended early.
  private(set) var flaw: FormatError?

  /// The fields of the message that takes `range` of the file.
  init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) throws {
    cursor = try ByteCursor(UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound]), at: range.lowerBound)
  }

  /// Every field, in order.
  ///
  /// - Throws: `FormatError` where the message is malformed or ends within a field.
  static func all(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) throws -> [Field] {
    var fields = try WireFields(bytes, in: range)
    var result: [Field] = []
    while let field = fields.next() { result.append(field) }
    if let flaw = fields.flaw { throw flaw }
    return result
  }

  mutating func next() -> Field? {
    guard cursor.remaining > 0, flaw == nil else { return nil }
    do {
      return try field()
    } catch {
      flaw = error as? FormatError ?? .damaged("is malformed")
      return nil
    }
  }

  private mutating func field() throws -> Field {
    let start = cursor.position
    let tag = try varint()
    guard let number = Int(exactly: tag >> 3), number > 0 else {
      throw FormatError.damaged("is no ONNX model at byte \(start)")
    }
    let content: Range<Int>
    switch tag & 7 {
    case 0:
      let first = cursor.position
      _ = try varint()
      content = first..<cursor.position
    case 1: content = try cursor.skip(8)
    case 2: content = try cursor.skip(Int(clamping: try varint()))
    case 5: content = try cursor.skip(4)
    default: throw FormatError.damaged("is no ONNX model at byte \(start)")
    }
    return Field(number: number, wireType: UInt8(tag & 7), whole: start..<cursor.position, content: content)
  }

  private mutating func varint() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte: UInt8 = try cursor.integer()
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw FormatError.damaged("holds an endless number at byte \(cursor.position)")
  }
}
