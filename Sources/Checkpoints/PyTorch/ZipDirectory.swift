/// The central directory of a zip archive, which says where each entry's bytes are, so that they can stay mapped.
///
/// Source: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12, 4.3.14–16 and 4.5.3 (zip64).
struct ZipDirectory {
  /// The positions of each entry's bytes, by the entry's path.
  let entries: [String: Range<Int>]
  /// The names of compressed entries, whose bytes are not at hand.
  let compressed: Set<String>

  /// Whether the bytes begin with a local file header.
  static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 4 && bytes.loadUnaligned(as: UInt32.self).littleEndian == localSignature
  }

  private static let localSignature: UInt32 = 0x0403_4B50
  private static let centralSignature: UInt32 = 0x0201_4B50
  private static let endSignature: UInt32 = 0x0605_4B50
  private static let end64Signature: UInt32 = 0x0606_4B50
  private static let locator64Signature: UInt32 = 0x0706_4B50

  /// Reads the directory.
  ///
  /// - Throws: `FormatError` if the archive is truncated or damaged, or has encrypted entries.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    let (count, offset) = try Self.locate(bytes)
    var cursor = try ByteCursor(bytes, at: offset)
    // Every entry takes at least 46 bytes.
    guard count <= cursor.remaining / 46 else { throw FormatError.damaged("the archive claims \(count) entries") }
    var entries: [String: Range<Int>] = [:]
    var compressed = Set<String>()
    for _ in 0..<count {
      let header = try CentralHeader(&cursor)
      if header.isCompressed {
        compressed.insert(header.name)
        continue
      }
      guard entries.updateValue(try Self.data(of: header, in: bytes), forKey: header.name) == nil else {
        throw FormatError.damaged("the archive holds '\(header.name)' twice")
      }
    }
    self.entries = entries
    self.compressed = compressed
  }

  /// Whether an entry has a name for which `condition` holds.
  func contains(where condition: (String) -> Bool) -> Bool {
    entries.keys.contains(where: condition) || compressed.contains(where: condition)
  }

  /// The positions of an entry's bytes; nil if there is no such entry.
  ///
  /// - Throws: `FormatError` if the entry is compressed.
  func range(of name: String) throws -> Range<Int>? {
    guard !compressed.contains(name) else {
      throw FormatError.unsupported(
        "the entry '\(name)' is compressed, which PyTorch never does; save it again with torch.save")
    }
    return entries[name]
  }

  /// The number of the directory's entries and its position, from the record at the end of the archive.
  private static func locate(_ bytes: UnsafeRawBufferPointer) throws -> (count: Int, offset: Int) {
    let size = 22
    let earliest = max(0, bytes.count - size - 0xFFFF)
    let end = stride(from: bytes.count - size, through: earliest, by: -1).first {
      bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self).littleEndian == endSignature
    }
    guard let end else { throw FormatError.damaged("the archive has no directory at its end: it is cut short") }
    var record = try ByteCursor(bytes, at: end + 10)
    let count = Int(try record.integer(UInt16.self))
    _ = try record.skip(4)
    let offset = Int(try record.integer(UInt32.self))
    guard count == 0xFFFF || offset == 0xFFFF_FFFF else { return (count, offset) }
    return try locate64(bytes, end: end)
  }

  private static func locate64(_ bytes: UnsafeRawBufferPointer, end: Int) throws -> (count: Int, offset: Int) {
    var locator = try ByteCursor(bytes, at: end - 20)
    guard try locator.integer() == locator64Signature else { throw FormatError.damaged("the zip64 locator is missing") }
    _ = try locator.skip(4)
    var record = try ByteCursor(bytes, at: try int(locator.integer()))
    guard try record.integer() == end64Signature else {
      throw FormatError.damaged("the zip64 directory's end is missing")
    }
    _ = try record.skip(28)
    let count = try int(record.integer())
    _ = try record.skip(8)
    return (count, try int(record.integer()))
  }

  private struct CentralHeader {
    let name: String
    let size: Int
    let localOffset: Int
    let isCompressed: Bool

    init(_ cursor: inout ByteCursor) throws {
      guard try cursor.integer() == centralSignature else {
        throw FormatError.damaged("the archive's directory is damaged")
      }
      _ = try cursor.skip(4)
      let flags: UInt16 = try cursor.integer()
      let method: UInt16 = try cursor.integer()
      _ = try cursor.skip(8)
      let stored: UInt32 = try cursor.integer()
      let original: UInt32 = try cursor.integer()
      let nameLength: UInt16 = try cursor.integer()
      let extraLength: UInt16 = try cursor.integer()
      let commentLength: UInt16 = try cursor.integer()
      _ = try cursor.skip(8)
      let offset: UInt32 = try cursor.integer()
      name = try cursor.text(Int(nameLength))
      let extra = try cursor.skip(Int(extraLength))
      _ = try cursor.skip(Int(commentLength))
      guard flags & 1 == 0 else { throw FormatError.unsupported("the entry '\(name)' is encrypted") }
      isCompressed = method != 0
      // Values that do not fit 32 bits are in the zip64 field, in this order.
      var wide = try Wide(UnsafeRawBufferPointer(rebasing: cursor.bytes[extra]))
      let originalSize = try wide.resolve(original)
      size = try wide.resolve(stored)
      guard size == originalSize || isCompressed else {
        throw FormatError.damaged("the sizes of the entry '\(name)' differ")
      }
      localOffset = try wide.resolve(offset)
    }
  }

  /// The 64-bit values in an entry's extra field.
  private struct Wide {
    private var values: ByteCursor?

    init(_ extra: UnsafeRawBufferPointer) throws {
      var cursor = try ByteCursor(extra)
      while cursor.remaining >= 4 {
        let id: UInt16 = try cursor.integer()
        let field = try cursor.skip(Int(try cursor.integer(UInt16.self)))
        if id == 1 {
          values = try ByteCursor(UnsafeRawBufferPointer(rebasing: extra[field]))
          return
        }
      }
    }

    mutating func resolve(_ value: UInt32) throws -> Int {
      guard value == .max, values != nil else { return Int(value) }
      return try int(values?.integer() ?? 0)
    }
  }

  /// The positions of the bytes behind an entry's local header.
  private static func data(of header: CentralHeader, in bytes: UnsafeRawBufferPointer) throws -> Range<Int> {
    var cursor = try ByteCursor(bytes, at: header.localOffset)
    guard try cursor.integer() == localSignature else {
      throw FormatError.damaged("the entry '\(header.name)' is not where the directory says")
    }
    _ = try cursor.skip(22)
    let nameLength: UInt16 = try cursor.integer()
    let extraLength: UInt16 = try cursor.integer()
    _ = try cursor.skip(Int(nameLength) + Int(extraLength))
    return try cursor.skip(header.size)
  }

  private static func int(_ value: UInt64) throws -> Int {
    guard let value = Int(exactly: value) else {
      throw FormatError.damaged("the archive claims a size of \(value) bytes")
    }
    return value
  }
}
