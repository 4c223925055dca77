/// An EXIF block: a TIFF structure of tags (EXIF 2.32, section 4.5).
struct EXIFBlock {
  /// The block from its TIFF header on.
  private(set) var bytes: [UInt8]

  /// A block. In WebP files the JPEG signature `Exif\0\0` sometimes comes first; it is dropped.
  init(_ bytes: [UInt8]) {
    let hasSignature = bytes.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0])
    self.bytes = hasSignature ? Array(bytes.dropFirst(6)) : bytes
  }

  /// The block in the text of a PNG's `Raw profile type exif` or `APP1`, as ImageMagick wrote them before there was an
  /// eXIf chunk: a name, the number of bytes, and the bytes as hexadecimal digits, with line breaks anywhere.
  ///
  /// Returns nil if the text is not complete or holds anything else.
  init?(rawProfile text: some Collection<UInt8>) {
    let words = text.split(maxSplits: 2, whereSeparator: Self.isSpace)
    guard words.count == 3, let count = Int(String(decoding: words[1], as: UTF8.self)), count > 0,
      count <= words[2].count / 2
    else { return nil }
    let digits = words[2].lazy.filter { !Self.isSpace($0) }.map { Character(Unicode.Scalar($0)).hexDigitValue }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    var high: Int?
    for digit in digits where bytes.count < count {
      guard let digit else { return nil }
      if let first = high {
        bytes.append(UInt8(first << 4 | digit))
        high = nil
      } else {
        high = digit
      }
    }
    self.init(bytes)
    guard bytes.count == count, firstDirectory != nil else { return nil }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private enum Tag {
    static let orientation = 0x0112
    static let horizontalResolution = 0x011A
    static let verticalResolution = 0x011B
    static let resolutionUnit = 0x0128
    static let thumbnailOffset = 0x0201
    static let thumbnailByteCount = 0x0202
  }

  /// The stored orientation, 1 … 8 if it is valid; nil if there is none or it cannot be read. The standard's type is
  /// SHORT, but some phones write LONG, and some programs a type of one byte.
  var orientation: Int? {
    firstDirectory.flatMap { entry(of: Tag.orientation, in: $0) }.flatMap { integer(in: $0) }
  }

  /// The resolution; nil if there is none or it cannot be read.
  var density: Density? {
    guard let directory = firstDirectory,
      let horizontal = entry(of: Tag.horizontalResolution, in: directory).flatMap({ ratio(in: $0) }),
      let vertical = entry(of: Tag.verticalResolution, in: directory).flatMap({ ratio(in: $0) })
    else { return nil }
    // EXIF 2.32, section 4.6.4: inches if the unit is unknown.
    let unit = entry(of: Tag.resolutionUnit, in: directory).flatMap { integer(in: $0) } ?? 2
    return Density(horizontal: horizontal, vertical: vertical, unit: unit == 3 ? .centimetre : .inch)
  }

  /// The block for a picture that was turned upright and changed: the orientation is 1, and the old thumbnail is
  /// removed.
  var ofChangedPicture: EXIFBlock {
    var block = self
    guard let directory = firstDirectory else { return block }
    if let entry = entry(of: Tag.orientation, in: directory) {
      // Whatever the type was, one SHORT.
      block.set(FieldType.short.rawValue, at: entry + 2, bytes: 2)
      block.set(1, at: entry + 4, bytes: 4)
      block.set(1, at: entry + 8, bytes: 2)
      block.set(0, at: entry + 10, bytes: 2)
    }
    block.removeThumbnail(behind: directory)
    return block
  }

  private mutating func removeThumbnail(behind directory: Int) {
    guard let entries = integer(at: directory, bytes: 2) else { return }
    let link = directory + 2 + 12 * entries
    guard let second = integer(at: link, bytes: 4), second > 0 else { return }
    if let offset = entry(of: Tag.thumbnailOffset, in: second).flatMap({ integer(in: $0) }),
      let count = entry(of: Tag.thumbnailByteCount, in: second).flatMap({ integer(in: $0) }),
      0...bytes.count ~= offset, count >= 0
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

  /// The types of a field that are read (TIFF 6.0, section 2).
  private enum FieldType: Int {
    case byte = 1
    case short = 3
    case long = 4
    case rational = 5
    case signedByte = 6
    case signedShort = 8
    case signedLong = 9

    /// The bytes of a value; nil if it is no integer.
    var integerBytes: Int? {
      switch self {
      case .byte, .signedByte: 1
      case .short, .signedShort: 2
      case .long, .signedLong: 4
      case .rational: nil
      }
    }

    var isSigned: Bool { self == .signedByte || self == .signedShort || self == .signedLong }
  }

  /// The type of the entry of a single value; nil if it is not read.
  private func typeOfSingle(_ entry: Int) -> FieldType? {
    guard integer(at: entry + 4, bytes: 4) == 1 else { return nil }
    return integer(at: entry + 2, bytes: 2).flatMap(FieldType.init)
  }

  /// The value of an entry of one integer, of any integer type.
  private func integer(in entry: Int) -> Int? {
    guard let type = typeOfSingle(entry), let count = type.integerBytes,
      let value = integer(at: entry + 8, bytes: count)
    else { return nil }
    let isNegative = type.isSigned && value >> (8 * count - 1) == 1
    return isNegative ? value - (1 << (8 * count)) : value
  }

  /// The value of an entry of one positive RATIONAL.
  private func ratio(in entry: Int) -> Double? {
    guard typeOfSingle(entry) == .rational, let place = integer(at: entry + 8, bytes: 4),
      let numerator = integer(at: place, bytes: 4), let denominator = integer(at: place + 4, bytes: 4),
      numerator > 0, denominator > 0
    else { return nil }
    return Double(numerator) / Double(denominator)
  }

  /// The position of a tag's entry: tag, type, count, and the value or its offset.
  private func entry(of wanted: Int, in directory: Int) -> Int? {
    guard let entries = integer(at: directory, bytes: 2) else { return nil }
    for entry in 0..<entries {
      let offset = directory + 2 + 12 * entry
      guard let tag = integer(at: offset, bytes: 2) else { return nil }
      if tag == wanted { return offset }
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
