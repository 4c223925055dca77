import Archives
import CZlib
import Testing

/// Archives that are read in pieces of any size: what they hold, and what is refused.
@Suite struct ZipReaderTests {
  /// An entry of an archive that a test makes.
  struct Made {
    var name = "a"
    var content: [UInt8] = []
    var method = 0
    var flags = 0
    var hasSignature = true
    /// What the header says instead of the checksum of the content.
    var checksum: UInt32?
    var extra: [UInt8] = []
    /// What the header says instead of the lengths.
    var length: Int?
  }

  private static func number(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
      &stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 1000)
    let count = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
        (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(output.count))
        deflate(&stream, Z_FINISH)
        return output.count - Int(stream.avail_out)
      }
    }
    return Array(output[..<count])
  }

  private static func bytes(of entry: Made) -> [UInt8] {
    let stored = entry.method == 8 ? deflated(entry.content) : entry.content
    let checksum = entry.content.withUnsafeBufferPointer { Int(crc32_z(0, $0.baseAddress, $0.count)) }
    let follows = entry.flags & 8 != 0
    let lengths = [stored.count, entry.content.count].map { number(entry.length ?? $0, 4) }
    var bytes = number(0x0403_4B50, 4) + number(20, 2) + number(entry.flags, 2) + number(entry.method, 2) + number(0, 4)
    bytes += number(follows ? 0 : entry.checksum.map(Int.init) ?? checksum, 4)
    bytes += follows ? number(0, 8) : lengths[0] + lengths[1]
    bytes += number(entry.name.utf8.count, 2) + number(entry.extra.count, 2) + Array(entry.name.utf8) + entry.extra
    bytes += stored
    guard follows else { return bytes }
    let width = entry.extra.isEmpty ? 4 : 8
    return bytes + (entry.hasSignature ? number(0x0807_4B50, 4) : []) + number(checksum, 4)
      + number(stored.count, width) + number(entry.content.count, width)
  }

  /// The end of an archive, without the directory that nobody reads.
  private static let end = number(0x0201_4B50, 4) + [UInt8](repeating: 7, count: 60)

  private static func events(
    _ bytes: [UInt8], pieces size: Int = 1000, _ change: (inout ZipReader.Limits) -> Void = { _ in }
  ) -> [ZipReader.Event] {
    var limits = ZipReader.Limits()
    change(&limits)
    var reader = ZipReader(limits: limits)
    var events: [ZipReader.Event] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      events += reader.read(bytes[start..<min(start + size, bytes.count)])
    }
    if let problem = reader.finish() { events.append(.broken(reason: problem)) }
    return events
  }

  private static func events(_ entries: [Made], _ change: (inout ZipReader.Limits) -> Void = { _ in })
    -> [ZipReader.Event]
  { events(entries.flatMap(bytes) + end, change) }

  private static let text = Array("many words, many words, many words".utf8)
  private static let noise: [UInt8] = (0..<200_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }

  @Test(arguments: [1, 2, 3, 7, 64, 100_000]) func entriesAreReadInPiecesOfAnySize(size: Int) {
    let zip64 = Self.number(1, 2) + Self.number(0, 2)
    let entries = [
      Made(name: "stored", content: Self.text), Made(name: "empty"), Made(name: "folder/"),
      Made(name: "folder/deflated", content: Self.text, method: 8),
      Made(name: "streamed", content: Self.text, method: 8, flags: 8),
      Made(name: "without a signature", content: Self.text, method: 8, flags: 8, hasSignature: false),
      Made(name: "long", content: Self.text, method: 8, flags: 8, extra: zip64),
      Made(name: "streamed folder/", flags: 8), Made(name: "__MACOSX/._a", content: Self.text, method: 8, flags: 8),
      Made(name: "größer.png", content: Self.noise, method: 8), Made(name: ".DS_Store", content: Self.text),
    ]
    let kept = entries.filter { !$0.name.hasSuffix("/") && !$0.name.hasPrefix("__") && !$0.name.hasPrefix(".") }
    let found = Self.events(entries.flatMap(Self.bytes) + Self.end, pieces: size)
    #expect(found == kept.map { .entry(name: $0.name, bytes: $0.content) })
  }

  @Test(arguments: [
    ("../../etc/passwd", "etc/passwd"), ("/abs.png", "abs.png"), ("C:\\Users\\a.png", "C_/Users/a.png"),
    ("a/./b/../c.png", "a/b/c.png"), ("line\nfeed\u{1b}[31m.png", "line_feed_[31m.png"), ("..", "entry-1"),
    ("a\u{202e}gpj.exe", "a_gpj.exe"), ("what?*.png", "what__.png"),
  ])
  func namesMeanFilesInTheFolder(name: String, plain: String) {
    #expect(Self.events([Made(name: name, content: [1])]) == [.entry(name: plain, bytes: [1])])
  }

  @Test func whatCannotBeReadIsSkipped() {
    let good = Made(name: "good", content: Self.text)
    let bad = [
      Made(name: "encrypted", content: Self.text, flags: 1), Made(name: "bzip2", content: Self.text, method: 12),
      Made(name: "checksum", content: Self.text, method: 8, checksum: 1), Made(name: "large", content: Self.noise),
      Made(name: "large deflated", content: Self.noise, method: 8),
      Made(name: "bomb", content: [UInt8](repeating: 0, count: 99_000), method: 8),
    ]
    let found = Self.events(bad.flatMap { [$0, good] }) { $0.entryBytes = 100_000 }
    #expect(found.count == 2 * bad.count)
    for (place, event) in found.enumerated() {
      switch event {
      case .entry("good", Self.text): #expect(place % 2 == 1)
      case .refused(let name, _): #expect(place % 2 == 0 && name == bad[place / 2].name)
      case .entry("bomb", let bytes): #expect(bytes.count == 99_000, "small ones may be what they like")
      default: Issue.record("\(place)")
      }
    }
  }

  @Test func bombsAreRefused() {
    let bomb = Made(name: "bomb", content: [UInt8](repeating: 0, count: 20 << 20), method: 8)
    #expect(Self.events([bomb]) == [.refused(name: "bomb", reason: "the entry inflates to far more than it is")])
    let many = [Made](repeating: Made(content: Self.noise, method: 8), count: 20)
    #expect(
      Self.events(many) { $0.totalBytes = 1_000_000 }.last
        == .broken(reason: "the entries of the archive are too large"))
    #expect(Self.events(many) { $0.entries = 3 }.last == .broken(reason: "the archive has more than 3 entries"))
    var endless = bomb
    endless.flags = 8
    #expect(Self.events([endless]).count == 2)
  }

  @Test func whatHasNoEndBreaksTheArchive() {
    let good = Made(name: "good", content: Self.text)
    for bad in [Made(content: Self.text, flags: 8), Made(content: Self.text, method: 8, flags: 9)] {
      let found = Self.events([good, bad, good])
      guard case .broken = found.last, found.first == .entry(name: "good", bytes: Self.text) else {
        Issue.record("\(found)")
        continue
      }
    }
    #expect(Self.events(Self.text) == [.broken(reason: "the body is no zip archive")])
    let whole = Self.bytes(of: good)
    for count in 0..<whole.count {
      #expect(Self.events(Array(whole[..<count])) == [.broken(reason: "the archive ends early")])
    }
    #expect(Self.events(whole).last == .broken(reason: "the archive ends early"))
  }

  /// Whatever is changed in an archive, reading it ends, and gives no more than the limits allow.
  @Test(arguments: 0..<4) func damagedArchivesDoNoHarm(seed: Int) {
    var generator = SplitMix(state: UInt64(seed))
    let entries = (0..<6).map {
      Made(name: "file \($0)", content: Array(Self.noise[..<($0 * 300)]), method: $0 % 2 * 8, flags: $0 == 3 ? 8 : 0)
    }
    let whole = entries.flatMap(Self.bytes) + Self.end
    for _ in 0..<2000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      let found = Self.events(bytes, pieces: Int.random(in: 1...900, using: &generator)) { $0.entryBytes = 5000 }
      for case .entry(let name, let bytes) in found {
        #expect(bytes.count <= 5000 && !name.hasPrefix("/") && !name.contains(".."))
      }
    }
  }

  @Test func whatIsWrittenIsRead() {
    var writer = ZipWriter()
    var bytes: [UInt8] = []
    let entries = [("a/größer.png", Self.noise), ("empty", []), ("results.json", Self.text)]
    for (name, content) in entries { bytes += writer.header(of: name, content) + content }
    bytes += writer.end()
    #expect(ZipReader.recognizes(bytes))
    #expect(Self.events(bytes) == entries.map { .entry(name: $0, bytes: $1) })
    #expect(Self.events(ZipWriter().end()) == [])
  }
}

/// Steele, Lea and Flood's SplitMix64, so that tests can be repeated.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
