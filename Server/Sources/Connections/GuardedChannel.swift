public import HummingbirdCore
public import Logging
public import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1
internal import Synchronization

/// An event that a route sends through its channel when it begins to read a body: a client that waits for
/// `100 Continue` gets it. So a request that is refused by its head is refused before the body is sent.
public struct BodyIsWanted: Sendable {
  /// Whether the body may take any time, as long as it comes at the least rate.
  let isLong: Bool

  /// Creates the event.
  ///
  /// - Parameter isLong: whether the body may take any time, as long as it comes at the least rate.
  public init(isLong: Bool = false) { self.isLong = isLong }
}

/// What the connections of a server share.
public struct ConnectionSettings: Sendable {
  /// What a connection may cost.
  public let limits: ConnectionLimits
  /// Counts the open connections.
  public let count: ConnectionCount
  /// Tells of each request that a connection has answered by itself.
  let onProblem: @Sendable (ConnectionProblem) -> Void
  private let probes: [String]

  /// Creates settings.
  ///
  /// - Parameters:
  ///   - limits: what a connection may cost.
  ///   - probes: the paths that are answered even if there are too many connections.
  ///   - onProblem: is told of each request that a connection has answered by itself; must not wait.
  public init(
    _ limits: ConnectionLimits = ConnectionLimits(), probes: [String] = ["/healthz", "/readyz", "/metrics"],
    onProblem: @escaping @Sendable (ConnectionProblem) -> Void = { _ in }
  ) {
    (self.limits, self.probes, self.onProblem) = (limits, probes, onProblem)
    count = ConnectionCount(limits)
  }

  var check: HeadCheck { HeadCheck(limits: limits) }

  func isProbe(_ target: String) -> Bool {
    let path = target.prefix { $0 != "?" }
    return probes.contains { $0 == path }
  }
}

/// A connection over HTTP/1 with limits; in place of Hummingbird's `HTTP1Channel`, whose own state handler is not
/// needed.
///
/// Hummingbird's channel takes further handlers only behind the codec, where the version, the bytes and the time of
/// the first byte are gone. So the pipeline is put together here: bytes, encoder and decoder, ``RequestHandler``,
/// codec, the caller's handlers.
public struct GuardedChannel: ServerChildChannel, HTTPChannelHandler {
  /// A connection that nobody may have begun to serve.
  ///
  /// A connection that is accepted while the server stops is never served, and NIO ends the process if a writer is
  /// released that was not finished. So such a connection is ended here.
  public final class Value: ServerChildChannelValue {
    /// The channel of the connection.
    public var channel: any Channel { parts.channel }
    private let parts: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    private let isServed = Atomic(false)

    fileprivate init(_ channel: any Channel) throws {
      parts = try NIOAsyncChannel(
        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }

    deinit {
      guard !isServed.load(ordering: .relaxed) else { return }
      Task { [parts] in try? await parts.executeThenClose { _, _ in } }
    }

    /// The messages, for the one who serves them to the end.
    fileprivate func serve() -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
      isServed.store(true, ordering: .relaxed)
      return parts
    }
  }

  /// `TCP_NOTSENT_LOWAT`, which Swift does not import everywhere.
  private static let unsentLimit = NIOBSDSocket.Option(rawValue: 25)

  /// Answers requests.
  public let responder: HTTPChannelHandler.Responder
  private let settings: ConnectionSettings
  private let handlers: @Sendable () -> [any ChannelHandler]

  /// Creates the connections of a server.
  ///
  /// - Parameters:
  ///   - settings: what the connections share.
  ///   - handlers: makes the handlers that see requests last.
  ///   - responder: answers requests.
  public init(
    _ settings: ConnectionSettings, handlers: @escaping @Sendable () -> [any ChannelHandler] = { [] },
    responder: @escaping HTTPChannelHandler.Responder
  ) {
    (self.settings, self.handlers, self.responder) = (settings, handlers, responder)
  }

  /// Sets up a new connection.
  public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let role = settings.count.enter()
    let count = settings.count
    channel.closeFuture.whenComplete { _ in count.leave() }
    return channel.eventLoop.makeCompletedFuture {
      guard role != .drop else {
        channel.close(promise: nil)
        throw ChannelError.ioOnClosedChannel
      }
      // Else the system takes megabytes of an answer at once, and nobody can tell whether the client takes any.
      try? channel.syncOptions?.setOption(.tcpOption(Self.unsentLimit), value: 128 << 10)
      try addHandlers(to: channel, role)
      return try Value(channel)
    }
  }

  /// Adds the handlers to the pipeline of a channel.
  func addHandlers(to channel: any Channel, _ role: ConnectionCount.Decision) throws {
    let limits = settings.limits
    var decoder = NIOHTTPDecoderLimitConfiguration()
    decoder.maxHeaderFieldSize = max(limits.headerBytes, limits.targetBytes)
    decoder.maxHeaderListSize = limits.headerBytes + limits.targetBytes
    decoder.maxHeaderFieldCount = limits.headerFields
    let wire = Wire()
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(WireHandler(wire, lingerBytes: limits.lingerBytes))
    try pipeline.configureHTTPServerPipeline(
      withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
      withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoder)
    try pipeline.addHandler(RequestHandler(settings, role, wire))
    try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
    try pipeline.addHandlers(handlers())
  }

  /// Serves the requests of a connection.
  public func handle(value channel: Value, logger: Logger) async {
    await handleHTTP(asyncChannel: channel.serve(), logger: logger)
  }
}
