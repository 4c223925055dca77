/// Reads a `multipart/form-data` body piece by piece, as it arrives: RFC 7578 and RFC 2046.
///
/// Give each piece of the body to `read`, and call `finish` at the end of the body. The reader keeps no more than a
/// header, or the beginning of what may be a delimiter, so its memory does not grow with the body.
///
/// What other readers might take for something else is refused: line breaks other than CRLF in headers, folded headers,
/// and lines that only begin like a delimiter. Preamble and epilogue are skipped.
public struct MultipartReader: Sendable {
  /// The limits of a form.
  public struct Limits: Hashable, Sendable {
    /// The largest number of parts.
    public var parts = 32
    /// The largest number of bytes of the headers of a part, line breaks and the padding of its delimiter included.
    public var headerBytes = 16 << 10
    /// The largest number of bytes in a part without a file.
    public var fieldBytes = 64 << 10
    /// The names of fields that may hold as much as a file, such as a picture in base64.
    public var largeFields: Set<String> = []

    /// Creates limits that suit a few options and pictures.
    public init() {}
  }

  /// What the reader has found, in the order of the body.
  public enum Event: Hashable, Sendable {
    /// The headers of the next part.
    case part(FormPart)
    /// Bytes of the part, at least one.
    case bytes(ArraySlice<UInt8>)
    /// The end of the part.
    case endOfPart
  }

  private enum State {
    /// Before the first delimiter.
    case preamble
    /// Right after the boundary of a delimiter.
    case delimiter
    /// In the headers of a part.
    case headers
    /// Right after the headers of a part.
    case contentStart
    /// In the content of a part.
    case content
    /// After the last delimiter.
    case epilogue
  }

  private let limits: Limits
  /// CRLF, two hyphens and the boundary.
  private let delimiter: [UInt8]
  private var state = State.preamble
  /// What has arrived and not been used yet. The first delimiter needs no line break before it, so one is put there.
  private var buffer: [UInt8] = [HeaderBytes.carriageReturn, HeaderBytes.lineFeed]
  /// The number of bytes of `buffer` that hold no line break.
  private var scanned = 0
  private var parts = 0
  private var lines: [[UInt8]] = []
  private var headerBytes = 0
  /// How many bytes the current part may still have.
  private var allowance = 0

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - boundary: the boundary of the `Content-Type`, without the hyphens before it.
  ///   - limits: the limits of the form.
  /// - Throws: `FormError` if the boundary is not one: RFC 2046, section 5.1.1.
  public init(boundary: String, limits: Limits = Limits()) throws(FormError) {
    guard (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy(HeaderBytes.isBoundary),
      boundary.utf8.last != UInt8(ascii: " ")
    else { throw .malformed("the boundary of the form is not 1 to 70 of the characters that boundaries may have") }
    delimiter = Array("\r\n--".utf8) + boundary.utf8
    self.limits = limits
  }

  /// Creates a reader for a request with a `Content-Type`.
  ///
  /// - Returns: nil if the type is another one.
  /// - Throws: `FormError` if the type is malformed or lacks a boundary.
  public init?(contentType: String, limits: Limits = Limits()) throws(FormError) {
    let type = try HeaderValue(contentType.utf8)
    guard type.word == "multipart/form-data" else { return nil }
    guard let boundary = try type.text("boundary") else { throw .malformed("the form's Content-Type has no boundary") }
    try self.init(boundary: boundary, limits: limits)
  }

  /// Reads the next piece of the body.
  ///
  /// After an error, of the reader or of `handle`, the reader must not be used again.
  /// - Parameters:
  ///   - piece: any number of bytes.
  ///   - handle: called for each event; an error ends the call.
  /// - Throws: `FormError` if the body is malformed or exceeds a limit; else what `handle` throws.
  public mutating func read(_ piece: some Collection<UInt8>, _ handle: (Event) throws -> Void) throws {
    // The epilogue has no limit but that of the body.
    if state == .epilogue { return }
    buffer.append(contentsOf: piece)
    var start = 0
    while try step(&start, handle) {}
    buffer.removeSubrange(..<start)
  }

  /// Ends the body.
  ///
  /// - Throws: `FormError` if the last delimiter has not arrived.
  public func finish() throws(FormError) {
    guard state == .epilogue else { throw .malformed("the form ends before its last boundary") }
  }

  /// Uses bytes from `start` on, and moves `start` behind them.
  ///
  /// - Returns: false if more bytes are needed.
  private mutating func step(_ start: inout Int, _ handle: (Event) throws -> Void) throws -> Bool {
    switch state {
    case .preamble, .content: return try readUpToDelimiter(&start, handle)
    case .contentStart: return try readContentStart(&start, handle)
    case .delimiter: return try readDelimiter(&start)
    case .headers: return try readHeader(&start, handle)
    case .epilogue:
      start = buffer.count
      return false
    }
  }

  /// Passes content on up to the next delimiter, or as far as it is certain that it is not part of one.
  private mutating func readUpToDelimiter(_ start: inout Int, _ handle: (Event) throws -> Void) throws -> Bool {
    let (end, isWhole) = nextDelimiter(from: start)
    if state == .content {
      if end > start {
        allowance -= end - start
        guard allowance >= 0 else { throw FormError.tooLarge("a field of the form is too long") }
        try handle(.bytes(buffer[start..<end]))
      }
      if isWhole { try handle(.endOfPart) }
    }
    start = end
    guard isWhole else { return false }
    beginDelimiter(&start, length: delimiter.count)
    return true
  }

  /// Reads a boundary right after the headers: the empty line may be the line break before the boundary, so that the
  /// part has no content.
  private mutating func readContentStart(_ start: inout Int, _ handle: (Event) throws -> Void) throws -> Bool {
    let boundary = delimiter.dropFirst(2)
    let candidate = buffer[start...].prefix(boundary.count)
    guard candidate.elementsEqual(boundary.prefix(candidate.count)) else {
      state = .content
      return true
    }
    guard candidate.count == boundary.count else { return false }
    try handle(.endOfPart)
    beginDelimiter(&start, length: boundary.count)
    return true
  }

  private mutating func beginDelimiter(_ start: inout Int, length: Int) {
    start += length
    (state, headerBytes, lines) = (.delimiter, 0, [])
  }

  /// The place of the next delimiter, or of what may become one at the end of the buffer.
  private func nextDelimiter(from start: Int) -> (place: Int, isWhole: Bool) {
    buffer.withUnsafeBufferPointer { bytes in
      delimiter.withUnsafeBufferPointer { delimiter in
        var place = start
        while place < bytes.count {
          guard bytes[place] == HeaderBytes.carriageReturn else {
            place += 1
            continue
          }
          let length = min(delimiter.count, bytes.count - place)
          var equal = 1
          while equal < length, bytes[place + equal] == delimiter[equal] { equal += 1 }
          if equal == length { return (place, length == delimiter.count) }
          // A delimiter has one carriage return, so none begins within what was equal.
          place += equal
        }
        return (bytes.count, false)
      }
    }
  }

  /// Reads what follows a boundary: two hyphens at the end of the form, or padding and a line break.
  private mutating func readDelimiter(_ start: inout Int) throws(FormError) -> Bool {
    let rest = buffer[start...]
    // Padding is counted as bytes of headers; hyphens behind it are no end.
    if headerBytes == 0, rest.first == HeaderBytes.hyphen {
      guard rest.count > 1 else { return false }
      guard rest[start + 1] == HeaderBytes.hyphen else { throw Self.strayBoundary }
      (state, start) = (.epilogue, buffer.count)
      return false
    }
    let padding = rest.prefix(while: HeaderBytes.isSpace)
    try count(headerBytes: padding.count)
    start = padding.endIndex
    let lineBreak = buffer[start...].prefix(2)
    guard lineBreak.elementsEqual([HeaderBytes.carriageReturn, HeaderBytes.lineFeed].prefix(lineBreak.count)) else {
      throw Self.strayBoundary
    }
    guard lineBreak.count == 2 else { return false }
    parts += 1
    guard parts <= limits.parts else { throw .tooLarge("the form has more than \(limits.parts) parts") }
    start += 2
    (state, scanned) = (.headers, start)
    return true
  }

  private static let strayBoundary = FormError.malformed("a line of the form begins with its boundary and is none")

  /// Reads a line of the headers, or the empty line at their end.
  private mutating func readHeader(_ start: inout Int, _ handle: (Event) throws -> Void) throws -> Bool {
    guard let end = buffer[max(start, scanned)...].firstIndex(of: HeaderBytes.lineFeed) else {
      guard headerBytes + buffer.count - start <= limits.headerBytes else { throw Self.longHeaders(limits) }
      // What is before `start` leaves the buffer after this.
      scanned = buffer.count - start
      return false
    }
    try count(headerBytes: end + 1 - start)
    guard end > start, buffer[end - 1] == HeaderBytes.carriageReturn else {
      throw FormError.malformed("a line of a header of the form does not end in CRLF")
    }
    let line = Array(buffer[start..<end - 1])
    start = end + 1
    scanned = start
    guard line.isEmpty else {
      guard !HeaderBytes.isSpace(line[0]) else { throw FormError.malformed("a header of the form is folded") }
      lines.append(line)
      return true
    }
    let part = try FormPart(headers: lines)
    allowance = part.fileName != nil || limits.largeFields.contains(part.name) ? .max : limits.fieldBytes
    state = .contentStart
    try handle(.part(part))
    return true
  }

  private mutating func count(headerBytes count: Int) throws(FormError) {
    headerBytes += count
    guard headerBytes <= limits.headerBytes else { throw Self.longHeaders(limits) }
  }

  private static func longHeaders(_ limits: Limits) -> FormError {
    .tooLarge("the headers of a part of the form have more than \(limits.headerBytes) bytes")
  }
}
