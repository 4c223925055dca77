internal import Foundation
internal import Synchronization

/// An HTTP/1.1 server on 127.0.0.1 whose replies a test decides; it stops with this object.
public final class HTTPServer: Sendable {
  /// A request of a client.
  public struct Request: Sendable {
    /// A path, or a whole address if the server is used as a proxy.
    public let target: String
    /// The header fields, by names in lower case.
    public let fields: [String: String]

    /// The first requested byte; nil if the whole file is requested.
    public var start: Int? {
      fields["range"].flatMap { $0.hasPrefix("bytes=") && $0.hasSuffix("-") ? Int($0.dropFirst(6).dropLast()) : nil }
    }
  }

  /// The reply to a request.
  public struct Reply: Sendable {
    /// Such as 200.
    public var status = 200
    /// The header fields, without the length.
    public var fields: [String: String] = [:]
    /// The whole body.
    public var body: [UInt8] = []
    /// Whether the head states the length; otherwise the body ends with the connection.
    public var tellsLength = true
    /// The number of bytes of the body to send; nil for all.
    public var sent: Int?
    /// A wait after these bytes, before the connection is closed.
    public var pause: Pause?

    /// A reply of an empty file.
    public init() {}

    /// A reply of a body.
    public init(_ body: [UInt8]) { self.body = body }

    /// A reply of a status without a body.
    public init(status: Int, fields: [String: String] = [:]) {
      self.status = status
      self.fields = fields
    }

    /// A reply as good servers give it: with an entity tag, and in parts on request.
    public init(_ file: [UInt8], tag: String, to request: Request) {
      fields["ETag"] = tag
      body = file
      guard let start = request.start, request.fields["if-range"] ?? tag == tag else { return }
      guard start < file.count else {
        status = 416
        body = []
        return
      }
      status = 206
      fields["Content-Range"] = "bytes \(start)-\(file.count - 1)/\(file.count)"
      body = Array(file[start...])
    }
  }

  /// A wait in the middle of a reply.
  public enum Pause: Sendable {
    /// Waits this long; then the rest of the body follows.
    case seconds(Double)
    /// Waits until the client closes the connection.
    case forever
  }

  /// The state of connections, which may outlive the server for a moment.
  private final class State: Sendable {
    let requests = Mutex<[Request]>([])
    let answer: @Sendable (Request) -> Reply

    init(_ answer: @escaping @Sendable (Request) -> Reply) { self.answer = answer }
  }

  private let state: State
  private let listener: Int32
  /// The port.
  public let port: UInt16

  /// Starts the server, which sends what `answer` returns, once for each connection.
  public init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
    let state = State(answer)
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, address, &size) == 0
      }
    }
    guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
    (self.state, self.listener, port) = (state, listener, UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread {
      while case let connection = accept(listener, nil, nil), connection >= 0 {
        Thread.detachNewThread { Self.serve(connection, state) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// Such as `http://127.0.0.1:4711`, without a slash at the end.
  public var address: String { "http://127.0.0.1:\(port)" }

  /// All requests so far.
  public var requests: [Request] { state.requests.withLock { $0 } }

  private static func serve(_ connection: Int32, _ state: State) {
    defer { close(connection) }
    guard let request = read(connection) else { return }
    state.requests.withLock { $0.append(request) }
    let reply = state.answer(request)
    var fields = reply.fields
    fields["Connection"] = "close"
    if reply.tellsLength { fields["Content-Length"] = "\(reply.body.count)" }
    let head = ["HTTP/1.1 \(reply.status) Status"] + fields.map { "\($0): \($1)" } + ["", ""]
    let first = reply.body.prefix(reply.sent ?? reply.body.count)
    guard send(Array(head.joined(separator: "\r\n").utf8) + first, to: connection) else { return }
    switch reply.pause {
    case .seconds(let seconds):
      Thread.sleep(forTimeInterval: seconds)
      _ = send(Array(reply.body.dropFirst(first.count)), to: connection)
    case .forever:
      var byte: UInt8 = 0
      _ = recv(connection, &byte, 1, 0)
    case nil: break
    }
  }

  private static func read(_ connection: Int32) -> Request? {
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
      guard recv(connection, &byte, 1, 0) == 1, head.count < 65536 else { return nil }
      head.append(byte)
    }
    let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].components(separatedBy: " ")
    guard words.count == 3 else { return nil }
    let fields = lines.dropFirst().compactMap { line -> (String, String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
    return Request(target: words[1], fields: Dictionary(fields) { first, _ in first })
  }

  private static func send(_ bytes: [UInt8], to connection: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { all in
        Foundation.send(connection, all.baseAddress?.advanced(by: sent), all.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
