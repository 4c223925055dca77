import Downloads
import Files
import Foundation
import TestSupport
import Testing

private typealias Reply = HTTPServer.Reply

/// Single transfers: the right file arrives complete, and a wrong one is not kept.
@Suite struct DownloadTests {
  @Test(arguments: [true, false]) func aFileIsFetched(knowsSize: Bool) throws {
    let test = try DownloadCase()
    let server = try HTTPServer { [file = test.file] in Reply(file, tag: "\"1\"", to: $0) }
    try test.fetch(server, "/model.onnx", test.download(knowsSize: knowsSize))
    #expect(test.isWhole && test.incidents.isEmpty && server.requests.map(\.target) == ["/model.onnx"])
    #expect(server.requests.first?.fields["range"] == nil)
    let last = DownloadProgress(done: test.file.count, resumed: 0, total: test.file.count)
    #expect(test.events.last == .progress(last))
  }

  /// `%XX` stands for a byte, and a folder for the file in it.
  @Test func addressesOfFiles() throws {
    let folder = try TemporaryFolder()
    let latin1 = FilePath(bytes: Array("/a b".utf8) + [0xE9])
    for (text, path) in [
      ("file:///a%20b%E9", latin1), ("FILE://localhost/a%20b%e9?x#y", latin1), ("file:///100%", "/100%"),
      ("file:///a%2", "/a%2"), ("a%20b", "a%20b"), ("file://\(folder.path)", FilePath("\(folder.path)/m")),
      ("\(folder.path)/", FilePath("\(folder.path)/m")),
    ] {
      #expect(try DownloadSource(text, fileName: "m") == .file(path), "\(text)")
    }
    for text in ["", "ftp://a/b"] { #expect(throws: DownloadError.self) { try DownloadSource(text, fileName: "m") } }
  }

  @Test func anMD5IsEnough() throws {
    let test = try DownloadCase(byteCount: 1000)
    let server = try HTTPServer { _ in Reply(Array("message digest".utf8)) }
    let checksum = try #require(Checksum(.md5, "F96B697D7CB7938D525A2F31AAF161D0"))
    try test.fetch(server, "/", test.download(knowsSize: false, checksum: checksum))
    #expect(test.folder.bytes("model.onnx") == Array("message digest".utf8))
  }

  /// The old file stays until the right one is complete.
  @Test func anotherFileIsRefused() throws {
    let test = try DownloadCase()
    try test.folder.write([1, 2, 3], to: "model.onnx")
    let wrong = test.file.dropLast() + [test.file[0] ^ 1]
    let server = try HTTPServer { _ in Reply(Array(wrong)) }
    let error = #expect(throws: DownloadError.self) { try test.fetch(server) }
    let (found, expected) = (try Checksum.sha256(of: Array(wrong)), try Checksum.sha256(of: test.file))
    #expect(error == .checksum(source: "\(server.address)/model.onnx", found: found, expected: expected))
    #expect(test.folder.files == ["model.onnx"] && test.folder.bytes("model.onnx") == [1, 2, 3])
  }

  @Test(arguments: [true, false]) func anotherSizeIsRefused(tellsLength: Bool) throws {
    let test = try DownloadCase()
    let server = try HTTPServer { [file = test.file] _ in
      var reply = Reply(file + [0])
      reply.tellsLength = tellsLength
      return reply
    }
    let error = #expect(throws: DownloadError.self) { try test.fetch(server) }
    #expect(error.map { "\($0)".contains("the published file has \(test.file.count)") } == true, "\(error as Any)")
    #expect(test.folder.files.isEmpty)
  }

  @Test(arguments: [404, 403, 500, 304, 204]) func aRefusalIsTold(status: Int) throws {
    let test = try DownloadCase()
    let server = try HTTPServer { _ in Reply(status: status) }
    let error = #expect(throws: DownloadError.self) { try test.fetch(server) }
    #expect(error.map { "\($0)".hasPrefix("\(server.address)/model.onnx: the server answered \(status)") } == true)
    #expect(test.folder.files.isEmpty && server.requests.count == 1)
  }

  @Test(arguments: [301, 302, 307, 308]) func aRedirectIsFollowed(status: Int) throws {
    let test = try DownloadCase()
    let server = try HTTPServer { [file = test.file] request in
      request.target == "/model.onnx"
        ? Reply(status: status, fields: ["Location": "/there?a=b"]) : Reply(file, tag: "\"1\"", to: request)
    }
    try test.fetch(server)
    #expect(test.isWhole && server.requests.map(\.target) == ["/model.onnx", "/there?a=b"])
  }

  @Test func aCircleEnds() throws {
    let test = try DownloadCase()
    let server = try HTTPServer { _ in Reply(status: 302, fields: ["Location": "/model.onnx"]) }
    let error = #expect(throws: DownloadError.self) { try test.fetch(server) }
    #expect(error.map { "\($0)".contains("redirect") } == true && server.requests.count == 11)
    #expect(test.folder.files.isEmpty)
  }

  @Test func nobodyThereIsTold() throws {
    let test = try DownloadCase()
    let source = try DownloadSource("http://user:secret@127.0.0.1:1/model.onnx", fileName: "model.onnx")
    let error = #expect(throws: DownloadError.self) { try test.download().fetch(from: source) { _ in } }
    #expect(error.map { "\($0)".hasPrefix("http://127.0.0.1:1/model.onnx: ") } == true, "\(error as Any)")
    #expect(error.map { "\($0)".contains("secret") } == false && test.folder.files.isEmpty)
  }

  @Test(arguments: ["ftp://127.0.0.1/model.onnx", "", "https://", "https:///x", "gopher://x"])
  func otherSchemesAreRefused(
    text: String
  ) {
    let error = #expect(throws: DownloadError.self) { try DownloadSource(text, fileName: "model.onnx") }
    #expect(error == .address(text))
  }
}

/// Copies of files on this machine.
@Suite struct LocalFileTests {
  @Test(arguments: ["file", "folder", "folder/", "address"]) func aFileIsCopied(form: String) throws {
    let test = try DownloadCase()
    let other = try TemporaryFolder()
    try other.write(test.file, to: "a b/model.onnx")
    let text =
      switch form {
      case "file": other.path + "/a b/model.onnx"
      case "folder": other.path + "/a b"
      case "folder/": other.path + "/a b/"
      default: "file://\(other.path)/a%20b/model.onnx"
      }
    try test.download().fetch(from: DownloadSource(text, fileName: "model.onnx")) { _ in }
    #expect(test.isWhole && other.bytes("a b/model.onnx") == test.file)
  }

  @Test func anotherFileIsRefused() throws {
    let test = try DownloadCase()
    let other = try TemporaryFolder()
    try other.write(Array(test.file.dropLast()) + [test.file[0] ^ 1], to: "wrong.onnx")
    try other.write([], to: "empty.onnx")
    for name in ["wrong.onnx", "empty.onnx", "missing.onnx"] {
      let source = try DownloadSource("\(other.path)/\(name)", fileName: "model.onnx")
      let error = #expect(throws: DownloadError.self) { try test.download().fetch(from: source) { _ in } }
      #expect(error.map { "\($0)".hasPrefix("\(other.path)/\(name): ") } == true, "\(error as Any)")
      #expect(test.folder.files.isEmpty)
    }
  }
}
