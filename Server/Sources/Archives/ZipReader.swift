/// Reads a zip archive as it arrives, entry by entry, by the headers in front of the entries. The directory at its end
/// is not read.
///
/// Source: PKWARE's APPNOTE.TXT, sections 4.3 and 4.4. Entries are stored or deflated. An entry whose length follows it
/// must be deflated, because only that tells its own end. What cannot be read but can be skipped is refused by itself;
/// anything else ends the archive.
public struct ZipReader {
  /// The limits of an archive.
  public struct Limits: Sendable {
    /// The most entries.
    public var entries = 10_000
    /// The most bytes of an entry, inflated.
    public var entryBytes = 32 << 20
    /// The most bytes of all entries, inflated.
    public var totalBytes = 4 << 30
    /// The most bytes of an entry for each byte that has arrived of it, beyond the first megabyte.
    public var ratio = 200
    /// The most bytes of a name.
    public var nameBytes = 1024

    /// The default limits.
    public init() {}
  }

  /// What was read.
  public enum Event: Equatable, Sendable {
    /// An entry. The name is one that means a file below the folder in which the archive is unpacked.
    case entry(name: String, bytes: [UInt8])
    /// An entry that was skipped, and why.
    case refused(name: String, reason: String)
    /// The rest of the archive cannot be read, and why. This is the last event.
    case broken(reason: String)
  }

  private enum State {
    case signature
    case header
    case names(LocalHeader)
    case stored(Entry)
    case deflated(Entry, Inflater)
    case skipping(Int)
    case descriptor(Entry)
    case end
  }

  /// An entry that is being read.
  private struct Entry {
    let name: String
    let header: LocalHeader
    /// Whether the first word of its descriptor has arrived.
    var hasDescriptorStart = false
  }

  private let limits: Limits
  private var state = State.signature
  /// The first bytes of something that has not arrived as a whole.
  private var pending: [UInt8] = []
  /// The content of the entry that is being read, as far as it has arrived.
  private var content: [UInt8] = []
  /// The bytes that have arrived of that entry.
  private var arrived = 0
  private var count = 0
  private var totalBytes = 0
  private var events: [Event] = []

  /// Creates a reader.
  public init(limits: Limits = Limits()) { self.limits = limits }

  /// Whether the bytes begin as an archive does: with an entry, or with the end of an empty archive.
  public static func recognizes(_ bytes: some Collection<UInt8>) -> Bool {
    [[0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06]].contains { bytes.starts(with: $0) }
  }

  /// Whether the end of the entries was seen, or nothing more can be read.
  public var isAtEnd: Bool { if case .end = state { true } else { false } }

  /// Reads the next bytes, and returns what they complete.
  public mutating func read(_ bytes: some Collection<UInt8>) -> [Event] {
    var input = Array(bytes)[...]
    events = []
    while !input.isEmpty, !isAtEnd { step(&input) }
    return events
  }

  /// Ends the archive.
  ///
  /// - Returns: why it is not whole; nil if it is.
  public func finish() -> String? { isAtEnd ? nil : "the archive ends early" }

  private mutating func step(_ input: inout ArraySlice<UInt8>) {
    switch state {
    case .signature: if fill(4, &input) { readSignature() }
    case .header: if fill(LocalHeader.byteCount, &input) { state = .names(LocalHeader(take())) }
    case .names(let header): if fill(header.nameBytes + header.extraBytes, &input) { begin(header) }
    case .stored(let entry): readStored(entry, &input)
    case .deflated(let entry, let inflater): readDeflated(entry, inflater, &input)
    case .skipping(let count):
      let skipped = min(count, input.count)
      input = input.dropFirst(skipped)
      state = count == skipped ? .signature : .skipping(count - skipped)
    case .descriptor(let entry): readDescriptor(entry, &input)
    case .end: break
    }
  }

  /// Collects bytes; true if there are as many as wanted.
  private mutating func fill(_ count: Int, _ input: inout ArraySlice<UInt8>) -> Bool {
    let missing = min(count - pending.count, input.count)
    pending += input.prefix(missing)
    input = input.dropFirst(missing)
    return pending.count == count
  }

  private mutating func take() -> [UInt8] {
    defer { pending = [] }
    return pending
  }

  private mutating func fail(_ reason: String) {
    events.append(.broken(reason: reason))
    state = .end
  }

  private mutating func readSignature() {
    switch LittleEndian.number(take(), at: 0, bytes: 4) {
    case 0x0403_4B50: state = .header
    // The directory, its end in either form, and a record in front of it.
    case 0x0201_4B50, 0x0605_4B50, 0x0606_4B50, 0x0806_4B50: state = .end
    default: fail(count == 0 ? "the body is no zip archive" : "the archive is damaged after entry \(count)")
    }
  }

  /// Begins an entry whose name has arrived.
  private mutating func begin(_ stated: LocalHeader) {
    let text = take()
    (content, arrived, count) = ([], 0, count + 1)
    guard count <= limits.entries else { return fail("the archive has more than \(limits.entries) entries") }
    guard stated.nameBytes <= limits.nameBytes else { return fail("the name of entry \(count) is too long") }
    let header = stated.extended(by: text[stated.nameBytes...])
    let raw = text[..<stated.nameBytes]
    let name = EntryName.plain(raw, number: count)
    if raw.last == UInt8(ascii: "/") || EntryName.isOfSystem(name) { return skip(header, name: nil, "") }
    if header.isEncrypted { return skip(header, name: name, "the entry is encrypted") }
    guard header.method == 0 || header.method == 8 else {
      return skip(header, name: name, "the entry is neither stored nor deflated")
    }
    if !header.lengthFollows, header.length > limits.entryBytes || header.storedLength > 2 * limits.entryBytes {
      return skip(header, name: name, tooLarge)
    }
    let entry = Entry(name: name, header: header)
    guard header.method == 0 else {
      state = .deflated(entry, Inflater())
      return
    }
    guard !header.lengthFollows else {
      return fail("entry \(count) is stored and its length follows it; deflate it, or state its length in front of it")
    }
    guard header.length == header.storedLength else { return skip(header, name: name, "the entry is damaged") }
    state = .stored(entry)
    if header.length == 0 { finish(entry, header.checksum, header.length) }
  }

  private var tooLarge: String { "the entry has more than \(limits.entryBytes >> 20) MiB" }

  /// Passes over an entry, and says why if it has a name.
  private mutating func skip(_ header: LocalHeader, name: String?, _ reason: String) {
    if let name { events.append(.refused(name: name, reason: reason)) }
    guard !header.lengthFollows else {
      guard name == nil, arrived == 0 else {
        return fail("the length of entry \(count), which was refused, is not known")
      }
      // What an operating system adds has to be inflated to find its end. A folder has no content.
      let entry = Entry(name: "", header: header)
      state = header.method == 8 ? .deflated(entry, Inflater()) : .descriptor(entry)
      return
    }
    let rest = max(0, header.storedLength - arrived)
    state = rest == 0 ? .signature : .skipping(rest)
  }

  private mutating func readStored(_ entry: Entry, _ input: inout ArraySlice<UInt8>) {
    let piece = input.prefix(entry.header.length - content.count)
    content += piece
    input = input.dropFirst(piece.count)
    if content.count == entry.header.length { finish(entry, entry.header.checksum, entry.header.length) }
  }

  private mutating func readDeflated(_ entry: Entry, _ inflater: Inflater, _ input: inout ArraySlice<UInt8>) {
    let header = entry.header
    // Bytes behind the stated length are not the entry's.
    let own = header.lengthFollows ? input.count : min(input.count, header.storedLength - arrived)
    var piece = input.prefix(own)
    let allowed = (1 << 20) + limits.ratio * (arrived + own)
    let limit = min(limits.entryBytes, allowed, limits.totalBytes - totalBytes)
    let outcome = inflater.inflate(&piece, into: &content, limit: limit)
    input = input.dropFirst(own - piece.count)
    arrived += own - piece.count
    switch outcome {
    case .more where header.lengthFollows || arrived < header.storedLength: break
    case .end where header.lengthFollows: state = .descriptor(entry)
    case .end where arrived == header.storedLength: finish(entry, header.checksum, header.length)
    case .tooLarge:
      let reason = content.count > limits.entryBytes ? tooLarge : "the entry inflates to far more than it is"
      totalBytes += content.count
      guard totalBytes <= limits.totalBytes else { return fail("the entries of the archive are too large") }
      skip(header, name: entry.name, reason)
    case .more, .end, .damaged: skip(header, name: entry.name, "the entry is damaged")
    }
  }

  /// Reads the length and the checksum behind an entry; the signature in front of them may be missing.
  private mutating func readDescriptor(_ described: Entry, _ input: inout ArraySlice<UInt8>) {
    guard described.hasDescriptorStart else {
      guard fill(4, &input) else { return }
      if LittleEndian.number(pending, at: 0, bytes: 4) == 0x0807_4B50 { pending = [] }
      state = .descriptor(Entry(name: described.name, header: described.header, hasDescriptorStart: true))
      return
    }
    let width = described.header.isLong ? 8 : 4
    guard fill(4 + 2 * width, &input) else { return }
    let bytes = take()
    let checksum = UInt32(truncatingIfNeeded: LittleEndian.number(bytes, at: 0, bytes: 4))
    finish(described, checksum, LittleEndian.number(bytes, at: 4 + width, bytes: width))
  }

  private mutating func finish(_ entry: Entry, _ checksum: UInt32, _ length: Int) {
    state = .signature
    totalBytes += content.count
    // A folder, or what an operating system has added.
    guard !entry.name.isEmpty else { return }
    guard content.count == length, CRC32.of(content) == checksum else {
      return events.append(.refused(name: entry.name, reason: "the entry is damaged"))
    }
    guard totalBytes <= limits.totalBytes else { return fail("the entries of the archive are too large") }
    events.append(.entry(name: entry.name, bytes: content))
    content = []
  }
}

/// What lies in front of an entry: section 4.3.7.
private struct LocalHeader {
  /// The bytes behind the signature, without the name.
  static let byteCount = 26

  let method: Int
  let checksum: UInt32
  private(set) var storedLength: Int
  private(set) var length: Int
  let nameBytes: Int
  let extraBytes: Int
  private let flags: Int
  /// Whether lengths have 64 bits.
  private(set) var isLong = false

  var isEncrypted: Bool { flags & 0x2041 != 0 }
  /// Whether the lengths and the checksum follow the entry.
  var lengthFollows: Bool { flags & 8 != 0 }

  init(_ bytes: [UInt8]) {
    flags = LittleEndian.number(bytes, at: 2, bytes: 2)
    method = LittleEndian.number(bytes, at: 4, bytes: 2)
    checksum = UInt32(truncatingIfNeeded: LittleEndian.number(bytes, at: 10, bytes: 4))
    storedLength = LittleEndian.number(bytes, at: 14, bytes: 4)
    length = LittleEndian.number(bytes, at: 18, bytes: 4)
    nameBytes = LittleEndian.number(bytes, at: 22, bytes: 2)
    extraBytes = LittleEndian.number(bytes, at: 24, bytes: 2)
  }

  /// The header with the lengths of the extra field for large entries, section 4.5.3.
  func extended(by extra: ArraySlice<UInt8>) -> LocalHeader {
    var (header, rest) = (self, Array(extra))
    while rest.count >= 4 {
      let (kind, size) = (LittleEndian.number(rest, at: 0, bytes: 2), LittleEndian.number(rest, at: 2, bytes: 2))
      let body = rest.dropFirst(4).prefix(size)
      if kind == 1 {
        header.isLong = true
        if body.count >= 16, length == 0xFFFF_FFFF, storedLength == 0xFFFF_FFFF {
          header.length = LittleEndian.number(Array(body), at: 0, bytes: 8)
          header.storedLength = LittleEndian.number(Array(body), at: 8, bytes: 8)
        }
        return header
      }
      rest = Array(rest.dropFirst(4 + size))
    }
    return header
  }
}

/// Numbers with their lowest byte first.
enum LittleEndian {
  /// A number that is read; one above `Int.max` becomes that.
  static func number(_ bytes: [UInt8], at position: Int, bytes count: Int) -> Int {
    let number = (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[position + $1]) << (8 * UInt64($1)) }
    return Int(clamping: number)
  }

  /// The bytes of a number.
  static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
