internal import NIOHTTP1

/// What the connection needs to know of a request's head.
struct CheckedHead {
  /// The head; its target begins with a slash, or is `*`.
  var head: HTTPRequestHead
  /// Whether the client waits for 100 before it sends the body.
  var expectsContinue = false
  /// Whether the connection must end after the answer, whatever the route says.
  var closes = false
}

/// Checks heads that the decoder has let through.
///
/// The decoder, llhttp without leniency, refuses bare line feeds, folded lines, spaces before the colon, control
/// characters, and a transfer encoding together with a length. Everything else that two programs may read in two ways
/// is refused here, because one of them may be a proxy in front of the server.
struct HeadCheck {
  let limits: ConnectionLimits

  /// Checks a head.
  ///
  /// - Throws: `ConnectionProblem` if the request is to be refused.
  func check(_ head: HTTPRequestHead) throws(ConnectionProblem) -> CheckedHead {
    guard head.version.major == 1, head.version.minor <= 1 else { throw .version }
    guard head.uri.utf8.count <= limits.targetBytes else { throw .longTarget }
    guard head.method != .CONNECT else { throw .malformed }
    let isOld = head.version.minor == 0
    var checked = CheckedHead(head: head, closes: isOld || !head.isKeepAlive)
    var fields = FramingFields()
    var byteCount = 0
    for (name, value) in head.headers {
      byteCount += name.utf8.count + value.utf8.count + 4
      fields.read(name, value)
    }
    guard byteCount <= limits.headerBytes, head.headers.count <= limits.headerFields else { throw .longHeader }
    guard fields.areUnambiguous(isOld: isOld) else { throw .malformed }
    if let expectation = fields.expectation, !isOld {
      guard expectation.lowercased() == "100-continue" else { throw .expectation }
      checked.expectsContinue = fields.hasBody
    }
    // The decoder stops after a request to upgrade, so nothing can follow it.
    if fields.hasUpgrade { checked.closes = true }
    checked.head.uri = try Self.path(of: head, host: fields.host)
    return checked
  }

  /// The target without scheme and host, which must be those of the field `Host`.
  private static func path(of head: HTTPRequestHead, host: String?) throws(ConnectionProblem) -> String {
    let target = head.uri
    guard target.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else { throw .malformed }
    if target.utf8.first == UInt8(ascii: "/") { return target }
    if target == "*", head.method == .OPTIONS { return target }
    guard let separator = target.firstIndex(of: ":"), target[separator...].hasPrefix("://") else { throw .malformed }
    guard ["http", "https"].contains(target[..<separator].lowercased()) else { throw .malformed }
    let rest = target[target.index(separator, offsetBy: 3)...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    guard let host, rest[..<end].lowercased() == host.lowercased(), !host.isEmpty else { throw .malformed }
    return rest[end...].first == "/" ? String(rest[end...]) : "/\(rest[end...])"
  }
}

/// The fields that tell where a request ends, and where it goes.
private struct FramingFields {
  var host: String?
  var expectation: String?
  var hasUpgrade = false
  private var hosts = 0
  private var lengths = 0
  private var encodings = 0
  private var isPlain = true

  /// Whether the request has a body.
  var hasBody: Bool { lengths + encodings > 0 }

  mutating func read(_ name: String, _ value: String) {
    switch name.utf8.count {
    case 4 where name.lowercased() == "host":
      host = value
      hosts += 1
    case 6 where name.lowercased() == "expect":
      isPlain = isPlain && expectation == nil
      expectation = value
    case 7 where name.lowercased() == "upgrade": hasUpgrade = true
    case 14 where name.lowercased() == "content-length":
      lengths += 1
      let isNumber = (1...18).contains(value.utf8.count) && value.utf8.allSatisfy { (0x30...0x39).contains($0) }
      isPlain = isPlain && isNumber
    case 17 where name.lowercased() == "transfer-encoding":
      encodings += 1
      isPlain = isPlain && value.lowercased() == "chunked"
    default: break
    }
  }

  /// Whether every reader finds the same end of the request, and the same host.
  func areUnambiguous(isOld: Bool) -> Bool {
    guard isPlain, lengths + encodings <= 1, hosts <= 1 else { return false }
    return isOld ? encodings == 0 : hosts == 1
  }
}
