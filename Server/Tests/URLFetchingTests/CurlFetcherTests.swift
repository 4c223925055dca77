import Testing

import URLFetching

@Suite("Fetching addresses", .timeLimit(.minutes(2)))
struct CurlFetcherTests {
  private let limit = 100_000

  /// Rules that let tests ask this machine.
  private func rules(_ port: Int) -> CurlFetcher.Rules {
    var rules = CurlFetcher.Rules()
    rules.allowsLoopback = true
    rules.ports = [port]
    return rules
  }

  private func fetch(
    _ url: String, _ rules: CurlFetcher.Rules, within time: Duration = .seconds(20)
  ) async throws(URLFetchError) -> [UInt8] {
    try await CurlFetcher(rules).bytes(at: url, atMost: limit, by: .now + time)
  }

  private static func ok(_ body: String, _ headers: String = "") -> [UInt8] {
    Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)".utf8)
  }

  @Test("A body is fetched as it is, and nothing is told of the server")
  func body() async throws {
    let server = LocalServer { _, send in _ = send(Self.ok("body", "Set-Cookie: a=b\r\nContent-Encoding: gzip\r\n")) }
    defer { server.stop() }
    let bytes = try await fetch("http://127.0.0.1:\(server.port)/a?b=c", rules(server.port))
    #expect(bytes == Array("body".utf8))
    let head = try #require(server.requests.first).lowercased()
    #expect(head.hasPrefix("get /a?b=c http/1.1\r\n"))
    for name in ["cookie", "authorization", "accept-encoding", "referer"] { #expect(!head.contains("\(name):")) }
  }

  @Test(
    "Without an allowance nothing on this machine is asked",
    arguments: [
      "http://127.0.0.1:PORT/", "http://localhost:PORT/", "http://2130706433:PORT/", "http://0x7f.1:PORT/",
      "http://0177.0.0.1:PORT/", "http://127.1:PORT/", "http://[::ffff:127.0.0.1]:PORT/", "http://[::1]:PORT/",
      "http://[::127.0.0.1]:PORT/", "http://0.0.0.0:PORT/", "http://0:PORT/", "http://[::]:PORT/",
      "http://[64:ff9b::7f00:1]:PORT/", "http://[2002:7f00:1::]:PORT/", "http://①②⑦.0.0.1:PORT/",
    ])
  func loopback(_ url: String) async {
    let server = LocalServer { _, send in _ = send(Self.ok("secret")) }
    defer { server.stop() }
    var rules = rules(server.port)
    rules.allowsLoopback = false
    await #expect(throws: URLFetchError.self) {
      try await fetch(url.replacing("PORT", with: "\(server.port)"), rules)
    }
    #expect(server.requests.isEmpty)
  }

  @Test(
    "Nor is a private address, or that of a cloud's metadata",
    arguments: [
      "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://192.168.1.1/", "http://[fd00:ec2::254]/",
      "http://[fe80::1]/", "http://100.64.0.1/",
    ])
  func privateAddresses(_ url: String) async {
    let start = ContinuousClock.now
    await #expect(throws: URLFetchError.unreachable) { try await fetch(url, CurlFetcher.Rules()) }
    // An attempt to connect would take longer.
    #expect(start.duration(to: .now) < .seconds(10))
  }

  @Test("A name that leads to this machine is not asked")
  func name() async {
    let server = LocalServer { _, send in _ = send(Self.ok("secret")) }
    defer { server.stop() }
    var rules = rules(server.port)
    rules.resolved = "pictures.example:\(server.port):127.0.0.1"
    let url = "http://pictures.example:\(server.port)/"
    await #expect(throws: Never.self) { try await fetch(url, rules) }
    rules.allowsLoopback = false
    await #expect(throws: URLFetchError.unreachable) { try await fetch(url, rules) }
    #expect(server.requests.count == 1)
  }

  @Test("A redirect is followed, and checked again")
  func redirects() async throws {
    let server = LocalServer { head, send in
      let target = head.hasPrefix("GET /private ") ? "http://10.0.0.1/" : "/picture"
      let answer =
        head.hasPrefix("GET /picture ")
        ? Self.ok("picture") : Array("HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 4\r\n\r\nbody".utf8)
      _ = send(answer)
    }
    defer { server.stop() }
    let address = "http://127.0.0.1:\(server.port)"
    #expect(try await fetch("\(address)/a", rules(server.port)) == Array("picture".utf8))
    var rules = rules(server.port)
    rules.ports.insert(80)
    await #expect(throws: URLFetchError.unreachable) { try await fetch("\(address)/private", rules) }
  }

  @Test(
    "A redirect leads to no other scheme, port or user",
    arguments: [
      "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://127.0.0.1:22/",
      "http://me:secret@127.0.0.1:PORT/",
    ])
  func redirectsElsewhere(_ target: String) async {
    let server = LocalServer { head, send in
      let port = head.split(separator: "\r\n").first { $0.hasPrefix("Host:") }?.split(separator: ":").last ?? ""
      let target = target.replacing("PORT", with: port)
      _ = send(Array("HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n".utf8))
    }
    defer { server.stop() }
    await #expect(throws: URLFetchError.self) {
      try await fetch("http://127.0.0.1:\(server.port)/", rules(server.port))
    }
    #expect(server.requests.count == 1)
  }

  @Test("Redirects end")
  func endlessRedirects() async {
    let server = LocalServer { _, send in
      _ = send(Array("HTTP/1.1 307 Again\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n".utf8))
    }
    defer { server.stop() }
    await #expect(throws: URLFetchError.tooManyRedirects(limit: 5)) {
      try await fetch("http://127.0.0.1:\(server.port)/", rules(server.port))
    }
    #expect(server.requests.count == 6)
  }

  @Test(
    "Only such addresses are asked",
    arguments: [
      "", "picture.jpg", "/etc/passwd", "file:///etc/passwd", "ftp://example.com/a", "gopher://example.com/",
      "http://", "http://me@example.com/", "http://me:secret@example.com/", "http://example.com:22/",
      "http://example.com:8080/", "https://example.com:99999/", "http://exam ple.com/", "http://example.com/\0a",
      "http://example.com/a\r\nX: y", "dict://example.com/", "data:image/png;base64,AAAA",
    ])
  func invalid(_ url: String) async {
    await #expect(throws: URLFetchError.invalid) { try await fetch(url, CurlFetcher.Rules()) }
  }

  @Test("An answer that is not 200 brings nothing", arguments: [201, 204, 206, 301, 304, 401, 404, 500])
  func status(_ status: Int) async {
    let server = LocalServer { _, send in
      _ = send(Array("HTTP/1.1 \(status) Some\r\nContent-Length: 0\r\n\r\n".utf8))
    }
    defer { server.stop() }
    await #expect(throws: URLFetchError.unreachable) {
      try await fetch("http://127.0.0.1:\(server.port)/", rules(server.port))
    }
  }

  @Test("A body without end is cut off, with 200 and with 404", arguments: [200, 404])
  func endlessBody(_ status: Int) async {
    let server = LocalServer { _, send in
      guard send(Array("HTTP/1.1 \(status) Some\r\n\r\n".utf8)) else { return }
      while send([UInt8](repeating: 65, count: 10_000)) {}
    }
    defer { server.stop() }
    await #expect(throws: URLFetchError.tooLarge(limit: limit)) {
      try await fetch("http://127.0.0.1:\(server.port)/", rules(server.port))
    }
  }

  @Test("A length that is too large is refused at once")
  func length() async {
    let server = LocalServer { _, send in _ = send(Array("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".utf8))
    }
    defer { server.stop() }
    await #expect(throws: URLFetchError.tooLarge(limit: limit)) {
      try await fetch("http://127.0.0.1:\(server.port)/", rules(server.port))
    }
  }

  @Test("Headers without end are cut off")
  func endlessHeaders() async {
    let server = LocalServer { _, send in
      guard send(Array("HTTP/1.1 200 OK\r\n".utf8)) else { return }
      while send(Array("X-Header: \(String(repeating: "a", count: 1000))\r\n".utf8)) {}
    }
    defer { server.stop() }
    await #expect(throws: URLFetchError.self) {
      try await fetch("http://127.0.0.1:\(server.port)/", rules(server.port))
    }
  }

  @Test("A slow body is given up")
  func slowBody() async {
    let server = LocalServer { _, send in
      guard send(Array("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n".utf8)) else { return }
      while send([65]) { pause() }
    }
    defer { server.stop() }
    var rules = rules(server.port)
    rules.stallSeconds = 2
    await #expect(throws: URLFetchError.tooSlow) { try await fetch("http://127.0.0.1:\(server.port)/", rules) }
  }

  @Test("All requests for an address share the time")
  func time() async {
    let server = LocalServer { _, send in
      pause(0.4)
      _ = send(Array("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n".utf8))
    }
    defer { server.stop() }
    var rules = rules(server.port)
    rules.time = .seconds(1)
    await #expect(throws: URLFetchError.tooSlow) { try await fetch("http://127.0.0.1:\(server.port)/", rules) }
    await #expect(throws: URLFetchError.tooSlow) {
      try await fetch("http://127.0.0.1:\(server.port)/", self.rules(server.port), within: .milliseconds(600))
    }
  }

  @Test("A client that leaves ends the request")
  func cancellation() async {
    let server = LocalServer { _, send in
      guard send(Array("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n".utf8)) else { return }
      while send([65]) { pause(0.01) }
    }
    defer { server.stop() }
    let task = Task { [limit, rules = rules(server.port)] in
      try await CurlFetcher(rules, threads: 1).bytes(
        at: "http://127.0.0.1:\(server.port)/", atMost: limit, by: .now + .seconds(20))
    }
    try? await Task.sleep(for: .milliseconds(300))
    let start = ContinuousClock.now
    task.cancel()
    let result = await task.result
    #expect(start.duration(to: .now) < .seconds(10))
    #expect(throws: URLFetchError.cancelled) { try result.get() }
  }
}
