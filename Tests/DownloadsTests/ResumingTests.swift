import Downloads
import Foundation
import TestSupport
import Testing

private typealias Reply = HTTPServer.Reply

/// Transfers that break off, and how the next one goes on.
@Suite struct ResumingTests {
  /// The connection breaks twice, and the rest is requested at once.
  @Test func aCutIsTakenUpAtOnce() throws {
    let test = try DownloadCase()
    let server = try HTTPServer { [file = test.file] request in
      var reply = Reply(file, tag: "\"1\"", to: request)
      if request.start ?? 0 < 200_000 { reply.sent = 100_000 }
      return reply
    }
    try test.fetch(server)
    #expect(test.isWhole && server.requests.map(\.start) == [nil, 100_000, 200_000])
    #expect(server.requests.map { $0.fields["if-range"] } == [nil, "\"1\"", "\"1\""])
    #expect(test.incidents.count == 2)
  }

  @Test func aServerThatAlwaysCutsIsGivenUp() throws {
    let test = try DownloadCase()
    let server = try HTTPServer { [file = test.file] request in
      var reply = Reply(file, tag: "\"1\"", to: request)
      reply.sent = 1000
      return reply
    }
    #expect(throws: DownloadError.self) { try test.fetch(server) }
    #expect(server.requests.count == 4 && test.leftover == Array(test.file.prefix(4000)))
    let download = try test.download()
    #expect(download.leftover == 4000 && !download.isInPlace)
  }

  /// Without a length the end of the connection looks like the end of the file.
  @Test func anEarlyEndIsSeen() throws {
    let test = try DownloadCase()
    let server = try HTTPServer { [file = test.file] request in
      var reply = Reply(file, tag: "\"1\"", to: request)
      reply.tellsLength = false
      if request.start == nil { reply.sent = 5000 }
      return reply
    }
    try test.fetch(server)
    #expect(test.isWhole && server.requests.map(\.start) == [nil, 5000])
  }

  @Test func whatWasLeftIsContinued() throws {
    let test = try DownloadCase()
    try test.leave(Array(test.file.prefix(1234)), validator: "\"1\"")
    let server = try HTTPServer { [file = test.file] in Reply(file, tag: "\"1\"", to: $0) }
    try test.fetch(server)
    #expect(test.isWhole && test.incidents.isEmpty)
    #expect(server.requests.map(\.start) == [1234] && server.requests.first?.fields["if-range"] == "\"1\"")
    let last = DownloadProgress(done: test.file.count, resumed: 1234, total: test.file.count)
    #expect(test.events.last == .progress(last))
  }

  /// The part was already complete, so nothing is requested.
  @Test func aWholePartIsTaken() throws {
    let test = try DownloadCase()
    try test.leave(test.file)
    let server = try HTTPServer { _ in Reply(status: 500) }
    try test.fetch(server)
    #expect(test.isWhole && server.requests.isEmpty)
  }

  /// The server has another version of the file now, so it sends the whole file.
  @Test func aChangedFileIsFetchedWhole() throws {
    let test = try DownloadCase()
    try test.leave([UInt8](repeating: 7, count: 1234), validator: "\"old\"")
    let server = try HTTPServer { [file = test.file] in Reply(file, tag: "\"new\"", to: $0) }
    try test.fetch(server)
    #expect(test.isWhole && server.requests.count == 1 && test.incidents.isEmpty)
  }

  /// A server without partial responses sends the whole file.
  @Test func aServerWithoutPartsIsWellEnough() throws {
    let test = try DownloadCase()
    try test.leave(Array(test.file.prefix(1234)))
    let server = try HTTPServer { [file = test.file] _ in Reply(file) }
    try test.fetch(server)
    #expect(test.isWhole && server.requests.map(\.start) == [1234] && test.incidents.isEmpty)
  }

  /// The part is not the beginning of the file, which only the checksum of the whole file reveals.
  @Test func aWrongPartIsFoundAndFetchedAgain() throws {
    let test = try DownloadCase()
    try test.leave([UInt8](repeating: 7, count: 1234))
    let server = try HTTPServer { [file = test.file] in Reply(file, tag: "\"1\"", to: $0) }
    try test.fetch(server)
    #expect(test.isWhole && server.requests.map(\.start) == [1234, nil] && test.incidents == [.startingOver])
  }

  @Test func aWrongPartOfAWrongFileLeavesNothing() throws {
    let test = try DownloadCase()
    try test.leave([UInt8](repeating: 7, count: 1234))
    let server = try HTTPServer { [count = test.file.count] request in
      Reply([UInt8](repeating: 8, count: count), tag: "\"1\"", to: request)
    }
    #expect(throws: DownloadError.self) { try test.fetch(server) }
    #expect(test.folder.files.isEmpty && server.requests.count == 2)
  }

  /// The server sends another part than the requested one, or none (416), so the whole file is requested.
  @Test(arguments: [206, 416]) func anUnfitPartIsNotTaken(status: Int) throws {
    let test = try DownloadCase()
    try test.leave(Array(test.file.prefix(1234)))
    let server = try HTTPServer { [file = test.file] request in
      guard request.start != nil else { return Reply(file) }
      var reply = Reply(status == 206 ? Array(file[1000...]) : [])
      reply.status = status
      if status == 206 { reply.fields["Content-Range"] = "bytes 1000-\(file.count - 1)/\(file.count)" }
      return reply
    }
    try test.fetch(server)
    #expect(test.isWhole && server.requests.map(\.start) == [1234, nil])
  }

  /// After an error, a wrong size or a dead server the part is still there.
  @Test func whatWasLeftOutlivesAFailure() throws {
    let test = try DownloadCase()
    let left = Array(test.file.prefix(1234))
    try test.leave(left, validator: "\"1\"")
    for reply in [Reply(status: 404), Reply(status: 503), Reply([1, 2, 3])] {
      let server = try HTTPServer { _ in reply }
      #expect(throws: DownloadError.self) { try test.fetch(server) }
      #expect(test.leftover == left, "\(reply.status)")
    }
  }

  @Test func aStallTimesOut() throws {
    let test = try DownloadCase()
    let server = try HTTPServer { [file = test.file] request in
      var reply = Reply(file, tag: "\"1\"", to: request)
      reply.sent = request.start == nil ? 3000 : 0
      reply.pause = .forever
      return reply
    }
    let start = ContinuousClock.now
    let error = #expect(throws: DownloadError.self) { try test.fetch(server) }
    #expect(error.map { "\($0)".contains("it stalled: fewer than 1000 bytes a second for 1 s") } == true)
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(
      test.leftover?.elementsEqual(test.file.prefix(3000)) == true && server.requests.map(\.start) == [nil, 3000])
  }

  /// Cancelling the task ends a transfer, even a stalled one.
  @Test func aCancelledTaskEnds() async throws {
    let test = try DownloadCase()
    let server = try HTTPServer { [file = test.file] request in
      var reply = Reply(file, tag: "\"1\"", to: request)
      reply.sent = 3000
      reply.pause = .forever
      return reply
    }
    let source = try DownloadSource(server.address + "/model.onnx", fileName: "model.onnx")
    let download = try test.download(stallSeconds: 60)
    let (outcome, duration) = await Task.detached {
      // Only now: other tests may keep every thread of tasks busy for long.
      let start = ContinuousClock.now
      let outcome = #expect(throws: DownloadError.self) {
        try download.fetch(from: source) { _ in withUnsafeCurrentTask { $0?.cancel() } }
      }
      return (outcome, ContinuousClock.now - start)
    }.value
    #expect(outcome == .cancelled && duration < .seconds(30), "\(duration)")
    #expect(test.leftover?.count == 3000)
  }

  /// Of several downloads of one file, one transfers it, and the others wait and find it.
  @Test func oneOfTwoWaits() throws {
    let test = try DownloadCase()
    let server = try HTTPServer { [file = test.file] request in
      var reply = Reply(file, tag: "\"1\"", to: request)
      reply.sent = 3000
      reply.pause = .seconds(1.5)
      return reply
    }
    // In threads: blocked tasks would keep others from running.
    let done = DispatchSemaphore(value: 0)
    for _ in 0..<3 {
      Thread.detachNewThread {
        #expect(throws: Never.self) { try test.fetch(server, "/model.onnx", test.download(stallSeconds: 20)) }
        done.signal()
      }
    }
    for _ in 0..<3 { done.wait() }
    #expect(test.isWhole && server.requests.count == 1)
    #expect(test.incidents == [.waiting, .waiting])
  }
}
