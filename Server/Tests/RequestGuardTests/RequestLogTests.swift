import RequestGuard
import Testing
import SystemCalls

/// Names of requests, and their lines in the log.
@Suite struct RequestLogTests {
  private static func record(_ id: String = "a") -> RequestRecord {
    var record = RequestRecord(
      time: 1_796_020_800.25, id: RequestID(id), method: "POST", route: "/v1/remove", status: 200)
    (record.bytesIn, record.bytesOut, record.duration) = (12, 345, .microseconds(6789))
    return record
  }

  @Test func namesOfRequestsArePlain() {
    for name in ["a", "A-1_2.z", String(repeating: "9", count: 64)] { #expect(RequestID(name).description == name) }
    for name in ["", "a b", "a\"", "a\n{}", "é", String(repeating: "9", count: 65), "a,b", "\u{1B}[2J"] {
      let made = RequestID(name).description
      #expect(made != name && made.utf8.count == 16, "\(made)")
    }
    #expect(RequestID() != RequestID())
  }

  @Test func recordsAreOneLineOfJSON() {
    var record = Self.record()
    #expect(
      String(decoding: record.json, as: UTF8.self) == """
        {"time":"2026-11-30T06:40:00.250Z","id":"a","method":"POST","route":"/v1/remove","status":200,"in":12,\
        "out":345,"ms":6.789}\n
        """)
    (record.model, record.device, record.remote) = ("u2netp", "a \"b\"\\\n\u{2028}\u{202E}\u{1F600}", "::1")
    #expect(
      String(decoding: record.json, as: UTF8.self).hasSuffix(
        #""model":"u2netp","device":"a \"b\"\\\u000a\u2028\u202e😀","remote":"::1"}"# + "\n"
      ), "\(String(decoding: record.json, as: UTF8.self))")
    #expect(
      String(decoding: record.text, as: UTF8.self) == """
        2026-11-30T06:40:00.250Z POST /v1/remove 200 6.789 ms, 12 bytes in, 345 out, a, u2netp, \
        a "b"\\???\u{1F600}, ::1\n
        """)
    record.method = String(repeating: "X", count: 10_000)
    #expect(record.json.count < 600)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (951_827_696.999, "2000-02-29T12:34:56.999Z"),
    (4_107_542_400, "2100-03-01T00:00:00.000Z"), (1_735_689_599, "2024-12-31T23:59:59.000Z"),
    (-5, "1970-01-01T00:00:00.000Z"),
  ]) func timesAreWritten(_ time: Double, _ text: String) {
    let record = RequestRecord(time: time, id: RequestID(), method: "GET", route: "/", status: 200)
    #expect(String(decoding: record.text, as: UTF8.self).hasPrefix(text))
  }

  @Test func linesAreWrittenWhole() throws {
    try withPipe { reading, writing in
      let log = RequestLog(.json, descriptor: writing)
      for number in 0..<50 { log.add(Self.record("r\(number)")) }
      log.flush()
      close(writing)
      let lines = readAll(reading).split(separator: "\n")
      #expect(lines.count == 50 && lines.allSatisfy { $0.hasPrefix("{\"time\"") && $0.hasSuffix("}") })
      #expect(lines[49].contains("\"id\":\"r49\""))
    }
  }

  /// Nobody reads the pipe: adding does not wait, and what is lost is counted.
  @Test func fullPipesDoNotHoldRequests() async throws {
    try await withPipe { reading, writing in
      let log = RequestLog(.json, descriptor: writing, byteLimit: 100_000)
      let time = ContinuousClock().measure { for number in 0..<5000 { log.add(Self.record("r\(number)")) } }
      #expect(time < .seconds(20) && log.droppedCount > 0, "\(time)")
      let reader = Task.detached { readAll(reading) }
      log.flush()
      close(writing)
      let lines = await reader.value.split(separator: "\n")
      #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
      #expect(lines.contains { $0.hasPrefix("{\"dropped\":") })
    }
  }

  @Test func closedPipesAreNoMatter() throws {
    signal(SIGPIPE, SIG_IGN)
    try withPipe { reading, writing in
      close(reading)
      let log = RequestLog(.text, descriptor: writing)
      log.add(Self.record())
      log.flush()
      let closed = RequestLog(.json, descriptor: -1)
      closed.add(Self.record())
      closed.flush()
      close(writing)
    }
  }

  @Test func addingIsCheap() throws {
    let log = RequestLog(.json, descriptor: -1)
    let time = ContinuousClock().measure { for _ in 0..<10_000 { log.add(Self.record()) } }
    log.flush()
    #expect(time < .seconds(5), "\(time / 10_000) a line")
    print("a line of the log takes \(time / 10_000)")
  }

  private func withPipe<Output>(_ body: (CInt, CInt) throws -> Output) throws -> Output {
    var ends: [CInt] = [0, 0]
    try #require(pipe(&ends) == 0)
    return try body(ends[0], ends[1])
  }

  private func withPipe<Output>(_ body: (CInt, CInt) async throws -> Output) async throws -> Output {
    var ends: [CInt] = [0, 0]
    try #require(pipe(&ends) == 0)
    return try await body(ends[0], ends[1])
  }

  private func readAll(_ descriptor: CInt) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(descriptor, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
    close(descriptor)
    return String(decoding: bytes, as: UTF8.self)
  }
}
