/// Writes a zip archive piece by piece. Entries are stored: pictures are compressed already.
///
/// Source: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16 and 4.5.3.
public struct ZipWriter {
  private var directory: [UInt8] = []
  private var count = 0
  private var offset = 0

  /// Creates a writer.
  public init() {}

  /// What is written in front of the bytes of an entry.
  ///
  /// - Parameters:
  ///   - name: the name, different from that of any other entry, with `/` between folders.
  ///   - bytes: the content, less than 4 GiB, which follows.
  public mutating func header(of name: String, _ bytes: [UInt8]) -> [UInt8] {
    precondition(bytes.count < 0xFFFF_FFFF, "an entry of \(bytes.count) bytes")
    let name = Array(name.utf8.prefix(0xFFFF))
    let common = Self.common(bytes, nameBytes: name.count)
    let header =
      LittleEndian.bytes(0x0403_4B50, 4) + LittleEndian.bytes(20, 2) + common + LittleEndian.bytes(0, 2) + name
    // An offset beyond 32 bits stands in an extra field.
    let isFar = offset >= 0xFFFF_FFFF
    let extra = isFar ? LittleEndian.bytes(1, 2) + LittleEndian.bytes(8, 2) + LittleEndian.bytes(offset, 8) : []
    directory += LittleEndian.bytes(0x0201_4B50, 4) + LittleEndian.bytes(isFar ? 45 : 20, 2)
    directory += LittleEndian.bytes(isFar ? 45 : 20, 2) + common + LittleEndian.bytes(extra.count, 2)
    // No comment, the first disk, no attributes.
    directory += LittleEndian.bytes(0, 10) + LittleEndian.bytes(isFar ? 0xFFFF_FFFF : offset, 4) + name + extra
    count += 1
    offset += header.count + bytes.count
    return header
  }

  /// The end of the archive: the directory of its entries.
  public func end() -> [UInt8] {
    let isLarge = count >= 0xFFFF || offset >= 0xFFFF_FFFF || directory.count >= 0xFFFF_FFFF
    var end = directory
    if isLarge {
      end += LittleEndian.bytes(0x0606_4B50, 4) + LittleEndian.bytes(44, 8) + LittleEndian.bytes(45, 2)
      end += LittleEndian.bytes(45, 2) + LittleEndian.bytes(0, 8) + LittleEndian.bytes(count, 8)
      end += LittleEndian.bytes(count, 8) + LittleEndian.bytes(directory.count, 8) + LittleEndian.bytes(offset, 8)
      end += LittleEndian.bytes(0x0706_4B50, 4) + LittleEndian.bytes(0, 4)
      end += LittleEndian.bytes(offset + directory.count, 8) + LittleEndian.bytes(1, 4)
    }
    let entries = LittleEndian.bytes(min(count, 0xFFFF), 2)
    end += LittleEndian.bytes(0x0605_4B50, 4) + LittleEndian.bytes(0, 4) + entries + entries
    end += LittleEndian.bytes(min(directory.count, 0xFFFF_FFFF), 4)
    return end + LittleEndian.bytes(isLarge ? 0xFFFF_FFFF : offset, 4) + LittleEndian.bytes(0, 2)
  }

  /// From the flags to the length of the name. Names are UTF-8; the time is the first that there is, 1980.
  private static func common(_ bytes: [UInt8], nameBytes: Int) -> [UInt8] {
    var header = LittleEndian.bytes(0x800, 2) + LittleEndian.bytes(0, 2)
    header += LittleEndian.bytes(0, 2) + LittleEndian.bytes(0x21, 2)
    header += LittleEndian.bytes(Int(CRC32.of(bytes)), 4)
    return header + LittleEndian.bytes(bytes.count, 4) + LittleEndian.bytes(bytes.count, 4)
      + LittleEndian.bytes(nameBytes, 2)
  }
}
