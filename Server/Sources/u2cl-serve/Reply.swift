import HTTPTypes

/// An answer, or a refusal that a handler throws.
struct Reply: Error {
  let status: HTTPResponse.Status
  var headers: HTTPFields = [:]
  let body: [UInt8]

  init(_ status: HTTPResponse.Status, _ mediaType: String, _ body: [UInt8]) {
    (self.status, self.body) = (status, body)
    headers[.contentType] = mediaType
    headers[.cacheControl] = "no-store"
    headers[.xContentTypeOptions] = "nosniff"
  }

  /// A line of text.
  static func text(_ status: HTTPResponse.Status, _ line: String) -> Reply {
    Reply(status, "text/plain; charset=utf-8", Array("\(line)\n".utf8))
  }

  /// The server is full, or about to end.
  static func unavailable(_ line: String, retryAfter seconds: Int) -> Reply {
    var reply = text(.serviceUnavailable, line)
    reply.headers[.retryAfter] = "\(seconds)"
    return reply
  }
}
