internal import Foundation
internal import Synchronization

/// An HTTP/1.1 server on 127.0.0.1 that answers as a test wants it; it ends with this object.
public final class HTTPServer: Sendable {
  /// What a client asked for.
  public struct Request: Sendable {
    /// A path, or a whole address where this is asked as a proxy.
    public let target: String
    /// By names in lower case.
    public let fields: [String: String]

    /// The first byte that is asked for; nil where all of them are.
    public var start: Int? {
      fields["range"].flatMap { $0.hasPrefix("bytes=") && $0.hasSuffix("-") ? Int($0.dropFirst(6).dropLast()) : nil }
    }
  }

  /// What it gets.
  public struct Reply: Sendable {
    /// Such as 200.
    public var status = 200
    /// The head's lines but for the length.
    public var fields: [String: String] = [:]
    /// All of the body.
    public var body: [UInt8] = []
    /// Whether the length is told before; otherwise the connection's end is the body's.
    public var tellsLength = true
    /// Only so many bytes of the body are sent.
    public var sent: Int?
    /// What happens before the connection is closed, when all that is sent was sent.
    public var pause: Pause?

    /// An empty file.
    public init() {}

    /// A body.
    public init(_ body: [UInt8]) { self.body = body }

    /// Nothing but a status.
    public init(status: Int, fields: [String: String] = [:]) {
      self.status = status
      self.fields = fields
    }

    /// A file as good servers offer it: with an entity tag, parts of it on demand.
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
    /// Then the rest of the body follows.
    case seconds(Double)
    /// Until the client goes away.
    case forever
  }

  /// What goes on outlives the object for a moment.
  private final class State: Sendable {
    let requests = Mutex<[Request]>([])
    let answer: @Sendable (Request) -> Reply

    init(_ answer: @escaping @Sendable (Request) -> Reply) { self.answer = answer }
  }

  private let state: State
  private let listener: Int32
  /// Where it listens.
  public let port: UInt16

  /// Begins to listen. What `answer` says is sent, once for each connection.
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

  /// Everything that was asked so far.
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
