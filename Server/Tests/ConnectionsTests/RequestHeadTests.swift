import Connections
import Testing

/// Requests that two programs may read in two ways, and others that are not plain.
@Suite struct RequestHeadTests {
  /// A request that must not be answered by a route, and neither may what follows it.
  struct Odd: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let code: Int

    init(_ name: String, _ text: String, _ code: Int = 400) {
      (testDescription, self.text, self.code) = (name, text, code)
    }
  }

  private static let host = "Host: localhost\r\n"
  private static func post(_ fields: String, _ body: String = "") -> String {
    "POST /a HTTP/1.1\r\n\(host)\(fields)\r\n\(body)"
  }

  static let odd = [
    Odd("length and encoding", post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    Odd("encoding and length", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n")),
    Odd("two lengths", post("Content-Length: 4\r\nContent-Length: 5\r\n", "abcde")),
    Odd("two equal lengths", post("Content-Length: 4\r\nContent-Length: 4\r\n", "abcd")),
    Odd("list of lengths", post("Content-Length: 4, 4\r\n", "abcd")),
    Odd("length with a sign", post("Content-Length: +4\r\n", "abcd")),
    Odd("negative length", post("Content-Length: -4\r\n", "abcd")),
    Odd("hexadecimal length", post("Content-Length: 0x4\r\n", "abcd")),
    Odd("length with a space", post("Content-Length: 4 0\r\n", "abcd")),
    Odd("empty length", post("Content-Length:\r\n", "abcd")),
    Odd("length beyond 64 bits", post("Content-Length: 99999999999999999999999\r\n", "abcd")),
    Odd("other encoding", post("Transfer-Encoding: gzip\r\n", "abcd")),
    Odd("encodings", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")),
    Odd("chunked before identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")),
    Odd("identity", post("Transfer-Encoding: identity\r\n", "0\r\n\r\n")),
    Odd("two encodings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    Odd("encoding with a parameter", post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n")),
    Odd("encoding in quotes", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")),
    Odd("encoding with a vertical tab", post("Transfer-Encoding: \u{0B}chunked\r\n", "0\r\n\r\n")),
    Odd("encoding and HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Odd("space before the colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")),
    Odd("tab before the colon", post("Content-Length\t: 4\r\n", "abcd")),
    Odd("folded line", post("X-A: b\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    Odd("folded first line", "GET /a HTTP/1.1\r\n Host: localhost\r\n\r\n"),
    Odd("bare line feed", "GET /a HTTP/1.1\nHost: localhost\n\n", 505),
    Odd("bare line feed in a field", post("X-A: b\nContent-Length: 4\r\n", "abcd")),
    Odd("bare carriage return", post("X-A: b\rContent-Length: 4\r\n", "abcd")),
    Odd("NUL in a value", post("X-A: b\0c\r\n")),
    Odd("NUL in a name", post("X\0A: b\r\n")),
    Odd("NUL in the target", "GET /a\0b HTTP/1.1\r\n\(host)\r\n"),
    Odd("DEL in a value", post("X-A: b\u{7F}c\r\n")),
    Odd("empty name", post(": b\r\n")),
    Odd("name with a space", post("X A: b\r\n")),
    Odd("line without a colon", post("X-A\r\n")),
    Odd("no host", "GET /a HTTP/1.1\r\n\r\n"),
    Odd("two hosts", "GET /a HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"),
    Odd("another host in the target", "GET http://evil.example/a HTTP/1.1\r\n\(host)\r\n"),
    Odd("user in the target", "GET http://evil@localhost/a HTTP/1.1\r\n\(host)\r\n"),
    Odd("other scheme", "GET ftp://localhost/a HTTP/1.1\r\n\(host)\r\n"),
    Odd("fragment", "GET /a#b HTTP/1.1\r\n\(host)\r\n"),
    Odd("space in the target", "GET /a b HTTP/1.1\r\n\(host)\r\n"),
    Odd("relative target", "GET a HTTP/1.1\r\n\(host)\r\n"),
    Odd("asterisk", "GET * HTTP/1.1\r\n\(host)\r\n"),
    Odd("CONNECT", "CONNECT localhost:80 HTTP/1.1\r\n\(host)\r\n"),
    Odd("unknown method", "FETCH /a HTTP/1.1\r\n\(host)\r\n"),
    Odd("small method", "get /a HTTP/1.1\r\n\(host)\r\n"),
    Odd("HTTP/0.9", "GET /a\r\n\r\n", 505),
    Odd("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Odd("HTTP/2.0", "GET /a HTTP/2.0\r\n\(host)\r\n", 505),
    Odd("HTTP/1.2", "GET /a HTTP/1.2\r\n\(host)\r\n", 505),
    Odd("TLS", "\u{16}\u{03}\u{01}\u{02}\r\n\r\n"),
    Odd("other expectation", post("Expect: 200-ok\r\nContent-Length: 4\r\n", "abcd"), 417),
    Odd("long target", "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n\(host)\r\n", 414),
    Odd("longer target", "GET /\(String(repeating: "a", count: 90000)) HTTP/1.1\r\n\(host)\r\n", 414),
    Odd("long field", post("X-A: \(String(repeating: "a", count: 17 << 10))\r\n"), 431),
    Odd("long name", post("\(String(repeating: "a", count: 17 << 10)): b\r\n"), 431),
    Odd("long fields", post(String(repeating: "X-A: \(String(repeating: "a", count: 250))\r\n", count: 70)), 431),
    Odd("many fields", post(String(repeating: "A: b\r\n", count: 100)), 431),
    Odd("10,000 fields", post(String(repeating: "A: b\r\n", count: 10_000)), 431),
  ]

  /// One answer for one request, and nothing of what follows is served.
  @Test(arguments: odd) func isRefused(_ request: Odd) async throws {
    try await TestServer.run { server in
      let text = try await server.talk([request.text + "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"])
      #expect(codes(text) == [request.code], "\(text.prefix(300))")
      #expect(text.contains("Connection: close"))
      #expect(server.heads.isEmpty, "\(server.heads)")
      #expect(server.problems.count == 1)
    }
  }

  /// A chunked body that is not plain: the request was passed, so one answer tells, and nothing follows.
  @Test(arguments: [
    "4\nabcd\r\n0\r\n\r\n", "4\r\nabcd\n0\r\n\r\n", "4 \r\nabcd\r\n0\r\n\r\n", "0x4\r\nabcd\r\n0\r\n\r\n",
    "+4\r\nabcd\r\n0\r\n\r\n", "4\r\nabcdef\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\nabcd", "-1\r\nabcd\r\n0\r\n\r\n",
    "4\r\nabcd\r\n0\r\nX: a\nb\r\n\r\n", "4;a\u{0}=b\r\nabcd\r\n0\r\n\r\n", "\r\n4\r\nabcd\r\n0\r\n\r\n", "g\r\n\r\n",
  ]) func oddChunksAreRefused(_ body: String) async throws {
    try await TestServer.run { server in
      let head = "POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      let text = try await server.talk([head + body + "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"])
      #expect(codes(text) == [400], "\(text)")
      #expect(text.contains("route: malformed") && server.heads == ["POST /a"])
    }
  }

  /// Requests that are unusual, but plain.
  @Test(arguments: [
    ("GET http://localhost/a?b HTTP/1.1\r\nHost: LOCALHOST\r\nConnection: close\r\n\r\n", "GET /a?b 0\n"),
    ("GET http://localhost?b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "GET /?b 0\n"),
    ("\r\n\r\nGET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "GET /a 0\n"),
    ("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "OPTIONS * 0\n"),
    ("GET /a%00b/../c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "GET /a%00b/../c 0\n"),
    (
      "POST /a HTTP/1.1\r\nHost: localhost\r\nConnection: Close\r\nTransfer-Encoding: Chunked\r\n\r\n"
        + "4;x=\"y\"\r\nabcd\r\n0\r\nX: y\r\n\r\n",
      "POST /a 4\n"
    ),
    ("GET  /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "GET /a 0\n"),
    ("GET /a HTTP/1.0\r\n\r\n", "GET /a 0\n"),
    ("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /stream 0\n"),
    ("GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", "GET /a 0\n"),
  ]) func isServed(_ request: String, _ answer: String) async throws {
    try await TestServer.run { server in
      let text = try await server.talk([request], within: .seconds(2))
      #expect(codes(text) == [200], "\(text)")
      #expect(text.hasSuffix(answer), "\(text)")
      #expect(text.contains("Connection: close") || text.contains("connection: close"), "\(text)")
      #expect(!request.contains("HTTP/1.0") || text.hasPrefix("HTTP/1.0 200"))
    }
  }

  @Test func headHasNoBody() async throws {
    try await TestServer.run { server in
      let text = try await server.talk([
        "HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
          + "HEAD /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
      ])
      #expect(codes(text) == [200, 200], "\(text)")
      #expect(!text.contains("0\r\n\r\nHTTP") && text.hasSuffix("\r\n\r\n") && !text.contains("HEAD"), "\(text)")
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    try await TestServer.run { server in
      let request = { (path: String) in "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc" }
      let text = try await server.talk([request("/late") + request("/b") + "GET /c HTTP/1.1\r\nHo", "st\t: x\r\n\r\n"])
      #expect(codes(text) == [200, 200, 400], "\(text)")
      #expect(server.heads == ["POST /late", "POST /b"])
    }
  }
}
