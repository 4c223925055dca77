import Connections
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// A server in this process. It tells the method, the path and the number of bytes of each request.
struct TestServer: Sendable {
  let port: Int
  let settings: ConnectionSettings
  private let seen: Seen

  /// What has come through.
  final class Seen: Sendable {
    let heads = Mutex<[String]>([])
    let problems = Mutex<[ConnectionProblem]>([])
  }

  /// The requests that the responder has seen, as `GET /path`.
  var heads: [String] { seen.heads.withLock { $0 } }
  /// The requests that were answered by connections.
  var problems: [ConnectionProblem] { seen.problems.withLock { $0 } }

  /// Runs a server while `body` runs.
  static func run(
    _ change: (inout ConnectionLimits) -> Void = { _ in }, _ body: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws {
    var limits = ConnectionLimits()
    limits.headerTime = .milliseconds(300)
    limits.idleTime = .milliseconds(600)
    limits.lingerTime = .milliseconds(300)
    change(&limits)
    let seen = Seen()
    let settings = ConnectionSettings(limits) { problem in seen.problems.withLock { $0.append(problem) } }
    let (ports, announce) = AsyncStream.makeStream(of: Int.self)
    let channel = GuardedChannel(settings) { request, writer, channel in
      try await respond(request, writer, channel, seen)
    }
    let service = channel.server(
      configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { announce.yield($0.localAddress?.port ?? 0) },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await service.run() }
      for await port in ports {
        try await body(TestServer(port: port, settings: settings, seen: seen))
        break
      }
      group.cancelAll()
      try? await group.waitForAll()
    }
  }

  @Sendable private static func respond(
    _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel, _ seen: Seen
  ) async throws {
    seen.heads.withLock { $0.append("\(request.method.rawValue) \(request.head.path ?? "")") }
    var (status, text) = (HTTPResponse.Status.ok, "")
    do {
      switch request.uri.path {
      case "/early": (status, text) = (.unauthorized, "early\n")
      case "/big": text = String(repeating: "0123456789abcdef", count: 4 << 20)
      case "/late": try await Task.sleep(for: .milliseconds(200))
      case "/deaf": try await Task.sleep(for: .seconds(60))
      default:
        let isLong = request.uri.path == "/long"
        if isLong || request.headers[.expect] != nil {
          try await channel.triggerUserOutboundEvent(BodyIsWanted(isLong: isLong))
        }
        var count = 0
        for try await piece in request.body { count += piece.readableBytes }
        text = "\(request.method.rawValue) \(request.head.path ?? "") \(count)\n"
      }
    } catch let problem as ConnectionProblem {
      (status, text) = (.init(code: problem.status), "route: \(problem)\n")
    }
    if request.uri.path == "/stream" {
      var body = try await writer.writeHead(HTTPResponse(status: status))
      try await body.write(ByteBuffer(string: text))
      return try await body.finish(nil)
    }
    let response = Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    try await writer.write(response: response.head, body: response.body)
  }

  /// Sends pieces over a new connection, and reads until the server closes it.
  ///
  /// - Parameters:
  ///   - pieces: what is sent.
  ///   - pause: the time between two pieces.
  ///   - closing: whether the client closes its direction after the last piece.
  /// - Returns: all that the server has sent.
  func talk(
    _ pieces: [String], pause: Duration = .milliseconds(30), closing: Bool = false,
    within limit: Duration = .seconds(10)
  ) async throws -> String {
    let listener = Listener()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { $0.pipeline.addHandler(listener) }
      .connect(host: "127.0.0.1", port: port).get()
    defer { channel.close(promise: nil) }
    for (index, piece) in pieces.enumerated() {
      if index > 0 { try await Task.sleep(for: pause) }
      try? await channel.writeAndFlush(ByteBuffer(string: piece))
    }
    if closing { try? await channel.close(mode: .output) }
    return await listener.text(within: limit)
  }
}

/// Collects what a server sends.
private final class Listener: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let bytes = Mutex<[UInt8]>([])
  private let end = AsyncStream.makeStream(of: Void.self)

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let piece = unwrapInboundIn(data)
    bytes.withLock { $0 += piece.readableBytesView }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed { end.continuation.finish() }
  }

  func channelInactive(context: ChannelHandlerContext) { end.continuation.finish() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { end.continuation.finish() }

  /// What was sent until the server has closed; with a remark if it has not.
  func text(within limit: Duration) async -> String {
    let timer = Task {
      try await Task.sleep(for: limit)
      bytes.withLock { $0 += "(still open)".utf8 }
      end.continuation.finish()
    }
    for await _ in end.stream {}
    timer.cancel()
    return bytes.withLock { String(decoding: $0, as: UTF8.self) }
  }
}

/// The status codes in what a server has sent.
func codes(_ text: String) -> [Int] {
  var codes: [Int] = []
  var rest = text[...]
  while let start = rest.firstRange(of: "HTTP/1.") {
    rest = rest[start.upperBound...]
    if let code = Int(rest.dropFirst(2).prefix(3)) { codes.append(code) }
  }
  return codes
}
