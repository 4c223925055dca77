internal import NIOCore

/// What is known of the bytes of a connection. Used on its event loop.
final class Wire {
  /// Whether bytes have come since the last whole request.
  var hasBytes = false
  /// Whether a line feed was among them.
  var hasLine = false
  /// Whether the client will send no more.
  var isInputClosed = false
  /// Whether what comes is dropped, because the last answer is on its way.
  var isLingering = false
  /// The bytes that have come since the head of the request.
  var received = 0
  /// The bytes that were given to the channel.
  private(set) var written = 0
  private var waited = TimeAmount.zero
  private var waitingSince: NIODeadline?

  /// Begins to measure for how long the server waits for bytes.
  func resetWait(_ now: NIODeadline) {
    waited = .zero
    if waitingSince != nil { waitingSince = now }
  }

  /// For how long the server has waited for bytes. The time in which it does not want any is left out.
  func wait(_ now: NIODeadline) -> TimeAmount { waited + (waitingSince.map { now - $0 } ?? .zero) }

  fileprivate func beginWait(_ now: NIODeadline) { if waitingSince == nil { waitingSince = now } }

  fileprivate func endWait(_ now: NIODeadline) {
    waited = wait(now)
    waitingSince = nil
  }

  fileprivate func write(_ count: Int) { written += count }
}

/// Watches the bytes of a connection, before the decoder sees them.
final class WireHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  private let wire: Wire
  private let lingerBytes: Int
  private var dropped = 0

  init(_ wire: Wire, lingerBytes: Int) { (self.wire, self.lingerBytes) = (wire, lingerBytes) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    if wire.isLingering {
      dropped += bytes.readableBytes
      return
    }
    wire.hasBytes = true
    wire.received += bytes.readableBytes
    if !wire.hasLine { wire.hasLine = bytes.readableBytesView.contains(UInt8(ascii: "\n")) }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    wire.endWait(context.eventLoop.now)
    // Above, nobody wants bytes any more. Beyond the limit, the client has to wait until the connection is closed.
    if wire.isLingering, dropped < lingerBytes { context.read() }
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    wire.beginWait(context.eventLoop.now)
    context.read()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    wire.write(unwrapOutboundIn(data).readableBytes)
    context.write(data, promise: promise)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed {
      wire.isInputClosed = true
      if wire.isLingering { context.close(promise: nil) }
    }
    context.fireUserInboundEventTriggered(event)
  }
}
