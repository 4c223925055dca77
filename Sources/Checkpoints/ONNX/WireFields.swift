/// The fields of a message in Protocol Buffers' encoding and their positions, so that weights can stay in the mapped
/// file.
///
/// Source: the Protocol Buffers encoding guide.
struct WireFields: Sequence, IteratorProtocol {
  /// A field of a message.
  struct Field {
    let number: Int
    /// 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.
    let wireType: UInt8
    /// The position in the file of tag and content.
    let whole: Range<Int>
    /// The position in the file of the content of a length-delimited field.
    let content: Range<Int>
  }

  private var cursor: ByteCursor
  /// Why the iteration ended early.
  private(set) var failure: FormatError?

  /// The fields of the message at `range` of the file.
  init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) throws {
    cursor = try ByteCursor(UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound]), at: range.lowerBound)
  }

  /// Every field, in order.
  ///
  /// - Throws: `FormatError` if the message is malformed or ends within a field.
  static func all(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) throws -> [Field] {
    var fields = try WireFields(bytes, in: range)
    var result: [Field] = []
    while let field = fields.next() { result.append(field) }
    if let failure = fields.failure { throw failure }
    return result
  }

  mutating func next() -> Field? {
    guard cursor.remaining > 0, failure == nil else { return nil }
    do {
      return try field()
    } catch {
      failure = error as? FormatError ?? .damaged("is malformed")
      return nil
    }
  }

  private mutating func field() throws -> Field {
    let start = cursor.position
    let tag = try varint()
    guard let number = Int(exactly: tag >> 3), number > 0 else {
      throw FormatError.damaged("is not an ONNX model at byte \(start)")
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
    default: throw FormatError.damaged("is not an ONNX model at byte \(start)")
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
    throw FormatError.damaged("holds a number without an end at byte \(cursor.position)")
  }
}
