import Connections
import NIOCore
import Testing

/// Clients that are slow, that leave, and that are too many.
@Suite struct ConnectionTimeTests {
  private static let post = "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"

  @Test func slowHeaderIsAnswered408() async throws {
    try await TestServer.run { server in
      let text = try await server.talk(["GET / HTTP/1.1\r\n"] + Array(repeating: "X-A: b\r\n", count: 30))
      #expect(codes(text) == [408] && server.heads.isEmpty, "\(text)")
    }
  }

  @Test func silentConnectionIsClosed() async throws {
    try await TestServer.run { server in
      let clock = ContinuousClock()
      let start = clock.now
      let text = try await server.talk([])
      let time = clock.now - start
      #expect(text == "")
      #expect(time > .milliseconds(250) && time < .seconds(20), "\(time)")
    }
  }

  @Test func idleConnectionIsClosed() async throws {
    try await TestServer.run { server in
      let clock = ContinuousClock()
      let start = clock.now
      let text = try await server.talk(["GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"])
      let time = clock.now - start
      #expect(codes(text) == [200])
      #expect(time > .milliseconds(500) && time < .seconds(20), "\(time)")
    }
  }

  @Test func slowSecondHeaderIsAnswered408() async throws {
    try await TestServer.run { server in
      let pieces = ["GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /b HT"]
      let text = try await server.talk(pieces, pause: .milliseconds(100))
      #expect(codes(text) == [200, 408], "\(text)")
    }
  }

  /// The route is told, and answers in its own words.
  @Test func slowBodyIsAnswered408() async throws {
    try await TestServer.run({ $0.bodyTime = .milliseconds(300) }) { server in
      let text = try await server.talk([Self.post] + Array(repeating: "x", count: 40))
      #expect(codes(text) == [408] && text.contains("route: slow"), "\(text)")
    }
  }

  @Test func longBodyMayTakeAnyTime() async throws {
    try await TestServer.run({ $0.bodyTime = .milliseconds(300) }) { server in
      let head = "POST /long HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\nConnection: close\r\n\r\n"
      let text = try await server.talk([head] + Array(repeating: "x", count: 30))
      #expect(codes(text) == [200] && text.contains("POST /long 30"), "\(text)")
    }
  }

  @Test func bodyBelowTheRateIsAnswered408() async throws {
    try await TestServer.run({ ($0.bodyRateAfter, $0.bodyRate) = (.milliseconds(300), 10_000) }) { server in
      let clock = ContinuousClock()
      let time = try await clock.measure {
        let text = try await server.talk([Self.post] + Array(repeating: "xx", count: 100))
        #expect(codes(text) == [408], "\(text)")
      }
      #expect(time < .seconds(20), "\(time)")
    }
  }

  /// The time counts from the moment at which the route wants the body.
  @Test func slowBodyIsAnsweredWithoutARoute() async throws {
    try await TestServer.run({ $0.bodyTime = .milliseconds(300) }) { server in
      let text = try await server.talk([Self.post.replacing("/a", with: "/deaf")])
      #expect(codes(text) == [408] && text.contains("\"code\":\"slow\""), "\(text)")
    }
  }

  @Test func cutBodyIsToldToTheRoute() async throws {
    try await TestServer.run { server in
      let text = try await server.talk([Self.post, "abc"], closing: true)
      #expect(codes(text) == [400] && text.contains("route: cutOff"), "\(text)")
    }
  }

  /// A client that does not read: the connection ends, and the answer is not kept.
  @Test func slowReaderIsClosed() async throws {
    try await TestServer.run({ ($0.writeTime, $0.idleTime) = (.milliseconds(300), .seconds(60)) }) { server in
      let client = try await DeafClient(port: server.port)
      try await client.send("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let clock = ContinuousClock()
      let time = try await clock.measure {
        while server.settings.count.value > 0 { try await Task.sleep(for: .milliseconds(20)) }
      }
      #expect(time < .seconds(20), "\(time)")
      try await client.close()
    }
  }

  /// The answer arrives although the client goes on sending, and the client cannot go on for long.
  @Test func earlyAnswerArrives() async throws {
    try await TestServer.run { server in
      let head = "POST /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000000\r\n\r\n"
      let pieces = [head] + Array(repeating: String(repeating: "x", count: 50_000), count: 4)
      let text = try await server.talk(pieces, pause: .milliseconds(5))
      #expect(codes(text) == [401] && text.hasSuffix("early\n") && text.contains("Connection: close"), "\(text)")
      try await Task.sleep(for: .milliseconds(600))
      #expect(server.settings.count.value == 0)
    }
  }

  @Test func continueIsSentOnceTheBodyIsWanted() async throws {
    try await TestServer.run { server in
      let expecting =
        "POST /a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-Continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
      let text = try await server.talk([expecting, "abc"], pause: .milliseconds(800))
      #expect(codes(text) == [100, 200] && text.hasSuffix("POST /a 3\n"), "\(text)")
      let early = try await server.talk([expecting.replacing("/a", with: "/early")])
      #expect(codes(early) == [401], "\(early)")
    }
  }

  @Test func leavingClientsHoldNothing() async throws {
    try await TestServer.run { server in
      for _ in 0..<20 {
        let client = try await DeafClient(port: server.port)
        try await client.send(Self.post + "abc")
        try await client.close()
      }
      for _ in 0..<100 where server.settings.count.value > 0 { try await Task.sleep(for: .milliseconds(20)) }
      #expect(server.settings.count.value == 0)
    }
  }

  /// Beyond the limit: probes are answered, others get 503 at once, and a flood is closed.
  @Test func tooManyConnectionsAreRefused() async throws {
    try await TestServer.run({ ($0.connections, $0.reserve, $0.headerTime) = (8, 2, .seconds(5)) }) { server in
      var clients: [DeafClient] = []
      for _ in 0..<8 { clients.append(try await DeafClient(port: server.port)) }
      while server.settings.count.value < 8 { try await Task.sleep(for: .milliseconds(5)) }
      let other = try await server.talk(["GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"])
      #expect(codes(other) == [503] && other.contains("Retry-After: 1"), "\(other)")
      let probe = try await server.talk(["GET /readyz?full HTTP/1.1\r\nHost: localhost\r\n\r\n"])
      #expect(codes(probe) == [200] && probe.contains("Connection: close"), "\(probe)")
      for _ in 0..<2 { clients.append(try await DeafClient(port: server.port)) }
      while server.settings.count.value < 10 { try await Task.sleep(for: .milliseconds(5)) }
      let clock = ContinuousClock()
      let time = try await clock.measure {
        let refused = try await server.talk([])
        #expect(codes(refused) == [503], "\(refused)")
      }
      #expect(time < .seconds(3), "\(time)")
      for client in clients { try await client.close() }
      for _ in 0..<100 where server.settings.count.value > 0 { try await Task.sleep(for: .milliseconds(20)) }
      #expect(
        codes(try await server.talk(["GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"])) == [200])
    }
  }

  /// Chunks that hold next to nothing: the client would pay less than the server.
  @Test func emptyWordsAroundChunksAreRefused() async throws {
    try await TestServer.run { server in
      let head = "POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      let extensions = Array(repeating: "1;\(String(repeating: "a", count: 50_000))\r\nx\r\n", count: 20)
      let text = try await server.talk([head] + extensions, pause: .milliseconds(20))
      #expect(codes(text) == [400] && text.contains("route: malformed"), "\(text)")
      let small = head.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n")
      let many = try await server.talk([small + String(repeating: "1\r\nx\r\n", count: 10_000) + "0\r\n\r\n"])
      #expect(codes(many) == [200] && many.hasSuffix(" 10000\n"), "\(many)")
    }
  }
}
