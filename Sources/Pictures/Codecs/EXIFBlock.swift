/// An EXIF block: a TIFF structure of tags (EXIF 2.32, section 4.5).
struct EXIFBlock {
  /// The block from its TIFF header on.
  private(set) var bytes: [UInt8]

  /// A block. In WebP files the JPEG signature `Exif\0\0` sometimes comes first; it is dropped.
  init(_ bytes: [UInt8]) {
    let hasSignature = bytes.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0])
    self.bytes = hasSignature ? Array(bytes.dropFirst(6)) : bytes
  }

  private enum Tag {
    static let orientation = 0x0112
    static let thumbnailOffset = 0x0201
    static let thumbnailByteCount = 0x0202
  }

  /// The stored orientation, 1 … 8 if it is valid; nil if there is none or it cannot be read.
  var orientation: Int? {
    guard let directory = firstDirectory, let place = value(of: Tag.orientation, in: directory) else { return nil }
    return integer(at: place, bytes: 2)
  }

  /// The block for a picture that was turned upright and changed: the orientation is 1, and the old thumbnail is
  /// removed.
  var ofChangedPicture: EXIFBlock {
    var block = self
    guard let directory = firstDirectory else { return block }
    if let place = value(of: Tag.orientation, in: directory) { block.set(1, at: place, bytes: 2) }
    block.removeThumbnail(behind: directory)
    return block
  }

  private mutating func removeThumbnail(behind directory: Int) {
    guard let entries = integer(at: directory, bytes: 2) else { return }
    let link = directory + 2 + 12 * entries
    guard let second = integer(at: link, bytes: 4), second > 0 else { return }
    if let offset = value(of: Tag.thumbnailOffset, in: second).flatMap({ integer(at: $0, bytes: 4) }),
      let count = value(of: Tag.thumbnailByteCount, in: second).flatMap({ integer(at: $0, bytes: 4) }),
      offset <= bytes.count
    {
      for i in offset..<min(bytes.count, offset + count) { bytes[i] = 0 }
    }
    set(0, at: link, bytes: 4)
  }

  private var isBigEndian: Bool { bytes.starts(with: [0x4D, 0x4D]) }

  private var firstDirectory: Int? {
    guard isBigEndian || bytes.starts(with: [0x49, 0x49]), integer(at: 2, bytes: 2) == 42 else { return nil }
    return integer(at: 4, bytes: 4)
  }

  /// The position of a tag's value, or of the offset of its value.
  private func value(of wanted: Int, in directory: Int) -> Int? {
    guard let entries = integer(at: directory, bytes: 2) else { return nil }
    for entry in 0..<entries {
      let offset = directory + 2 + 12 * entry
      guard let tag = integer(at: offset, bytes: 2) else { return nil }
      if tag == wanted { return offset + 8 }
    }
    return nil
  }

  private func integer(at offset: Int, bytes count: Int) -> Int? {
    guard offset >= 0, offset + count <= bytes.count else { return nil }
    let field = bytes[offset..<offset + count]
    return (isBigEndian ? Array(field) : field.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }

  private mutating func set(_ value: Int, at offset: Int, bytes count: Int) {
    guard offset >= 0, offset + count <= bytes.count else { return }
    for i in 0..<count {
      let shift = 8 * (isBigEndian ? count - 1 - i : i)
      bytes[offset + i] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }
}
