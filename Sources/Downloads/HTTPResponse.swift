/// The head of an HTTP response.
struct HTTPResponse: Hashable {
  /// Such as 200, or 206 for a part.
  let status: Int
  /// The header fields, by names in lower case.
  private var fields: [String: String] = [:]

  /// The response that a status line such as `HTTP/1.1 200 OK` begins; nil for any other line.
  init?(statusLine line: String) {
    let words = line.split(separator: " ")
    guard line.hasPrefix("HTTP/"), words.count > 1, let status = Int(words[1]) else { return nil }
    self.status = status
  }

  /// Adds another line of the head.
  mutating func add(_ line: String) {
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    fields[line[..<colon].lowercased()] = String(value)
  }

  /// The number of bytes that follow; nil if the server does not say.
  var contentLength: Int? { fields["content-length"].flatMap { Int($0) } }

  /// The first byte of a partial response (RFC 9110, 14.4); nil if the server does not say.
  var rangeStart: Int? {
    guard let range = fields["content-range"], range.lowercased().hasPrefix("bytes ") else { return nil }
    return range.dropFirst(6).split(separator: "-").first.flatMap { Int($0) }
  }

  /// The value for an `If-Range` field, which tells this version of the file from a later one: a strong entity tag, or
  /// else the time of the last change (RFC 9110, 13.1.5).
  var validator: String? {
    if let tag = fields["etag"], tag.hasPrefix("\"") { return tag }
    return fields["last-modified"]
  }
}
