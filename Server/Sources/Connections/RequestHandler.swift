internal import NIOCore
internal import NIOHTTP1

/// Stands between the decoder and the server: checks heads, passes one request after the other, keeps times, answers by
/// itself what cannot be passed, and closes so that the last answer arrives.
///
/// Requests that follow before the answer wait here, so there is one request at most above this handler.
final class RequestHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// Where the connection stands.
  enum Phase {
    /// Nothing of the next request has come.
    case idle
    /// The header is coming.
    case head
    /// The request was passed, and its body is coming.
    case body
    /// The whole request was passed.
    case answering
    /// The last answer is on its way.
    case ending
  }

  /// A request above this handler.
  struct Passed {
    let method: HTTPMethod
    let isOld: Bool
    /// Whether the connection ends with the answer.
    var closes: Bool
    /// Whether the client waits for 100.
    var expectsContinue: Bool
    /// Whether the body may take any time.
    var isLong = false
    /// The bytes of its body that have come.
    var bodyBytes = 0
    /// Whether the head of the answer was written.
    var hasBegun = false
    /// Whether the encoder frames the answer to HEAD in chunks, which must not be written.
    var dropsBody = false
    /// What is wrong with the body.
    var problem: ConnectionProblem?
  }

  /// What waits until the answer is written.
  enum Held {
    case part(HTTPServerRequestPart)
    case problem(ConnectionProblem)
  }

  let settings: ConnectionSettings
  let role: ConnectionCount.Decision
  let wire: Wire
  var phase = Phase.idle
  var passed: Passed?
  var held = CircularBuffer<Held>()
  /// When the present phase began.
  var since = NIODeadline.uptimeNanoseconds(0)
  /// When a route must have answered a broken body.
  var answerBy: NIODeadline?
  /// Closes the connection some time after its last answer.
  var lingerClock: Scheduled<Void>?
  var isFirst = true
  var isQuiescing = false
  var hasHeldRead = false
  /// What has come of the body and was not passed yet.
  private var pieces = ByteBuffer()
  var writeWatch: WriteWatch
  var clock: Scheduled<Void>?

  /// From this size on, a piece of a body is passed by itself.
  private static let pieceLimit = 16 << 10

  /// The most messages that wait for an answer before them.
  static let heldLimit = 2048

  init(_ settings: ConnectionSettings, _ role: ConnectionCount.Decision, _ wire: Wire) {
    (self.settings, self.role, self.wire) = (settings, role, wire)
    writeWatch = WriteWatch(settings.limits)
  }

  // MARK: Beginning and end

  func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { begin(context) } }

  func channelActive(context: ChannelHandlerContext) {
    begin(context)
    context.fireChannelActive()
  }

  private func begin(_ context: ChannelHandlerContext) {
    guard clock == nil else { return }
    since = context.eventLoop.now
    startClock(context)
    if role == .refuse { refuse(.crowded, context) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    clock?.cancel()
    lingerClock?.cancel()
  }

  func channelInactive(context: ChannelHandlerContext) {
    clock?.cancel()
    lingerClock?.cancel()
    if phase == .body { breakBody(.cutOff, context) }
    phase = .ending
    context.fireChannelInactive()
  }

  // MARK: Requests

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if phase == .ending { return }
    if phase == .answering || !held.isEmpty { return hold(.part(part), context) }
    take(part, context)
  }

  private func hold(_ item: Held, _ context: ChannelHandlerContext) {
    held.append(item)
    if held.count > Self.heldLimit { context.close(promise: nil) }
  }

  private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    switch part {
    case .head(let head): takeHead(head, context)
    case .body(let bytes):
      passed?.bodyBytes += bytes.readableBytes
      passed?.expectsContinue = false
      takeBody(bytes, context)
    case .end:
      passBody(context)
      phase = .answering
      wire.hasBytes = false
      // Nobody wants the fields that may follow a body.
      if passed?.problem == nil { context.fireChannelRead(wrapInboundOut(.end(nil))) }
    }
  }

  private func takeHead(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    do throws(ConnectionProblem) {
      let checked = try settings.check.check(head)
      if role == .serveProbes, !settings.isProbe(checked.head.uri) { throw .crowded }
      passed = Passed(
        method: head.method, isOld: head.version.minor == 0, closes: checked.closes || role == .serveProbes,
        expectsContinue: checked.expectsContinue)
      phase = .body
      isFirst = false
      wire.resetWait(context.eventLoop.now)
      wire.received = 0
      context.fireChannelRead(wrapInboundOut(.head(checked.head)))
    } catch {
      refuse(error, context)
    }
  }

  /// Gathers small pieces until the end of what was read: a client that sends a body byte by byte costs itself more.
  private func takeBody(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
    if pieces.readableBytes > 0 {
      pieces.writeImmutableBuffer(bytes)
    } else {
      pieces = bytes
    }
    if pieces.readableBytes >= Self.pieceLimit { passBody(context) }
  }

  /// Passes what was gathered of the body.
  func passBody(_ context: ChannelHandlerContext) {
    guard pieces.readableBytes > 0 else { return }
    let bytes = pieces
    pieces = ByteBuffer()
    if passed?.problem == nil { context.fireChannelRead(wrapInboundOut(.body(bytes))) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    passBody(context)
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    if held.isEmpty { context.read() } else { hasHeldRead = true }
  }

  /// Passes what has waited for the answer.
  private func passHeld(_ context: ChannelHandlerContext) {
    guard !held.isEmpty else { return }
    while phase != .answering, phase != .ending, let item = held.popFirst() {
      switch item {
      case .part(let part): take(part, context)
      case .problem(let problem): fail(problem, context)
      }
    }
    passBody(context)
    context.fireChannelReadComplete()
    if held.isEmpty, hasHeldRead {
      hasHeldRead = false
      context.read()
    }
  }

  // MARK: Answers

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard phase != .ending, passed != nil else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(let head): writeHead(head, context, promise)
    case .body where passed?.method == .HEAD: promise?.succeed()
    case .body: context.write(data, promise: promise)
    case .end: writeEnd(data, context, promise)
    }
  }

  private func writeHead(_ head: HTTPResponseHead, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?)
  {
    var head = head
    guard head.status.code >= 200 else {
      context.write(wrapOutboundOut(.head(head)), promise: promise)
      return
    }
    guard var passed else { return }
    passed.closes =
      passed.closes || phase != .answering || isQuiescing || settings.count.isCrowded
      || head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
    passed.hasBegun = true
    if passed.closes { head.headers.replaceOrAdd(name: "Connection", value: "close") }
    if passed.isOld { head.version = .http1_0 }
    passed.dropsBody = passed.method == .HEAD && !head.headers.contains(name: "content-length")
    self.passed = passed
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }

  private func writeEnd(_ data: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    let closes = passed?.closes == true || isQuiescing
    let promise = closes ? promise ?? context.eventLoop.makePromise() : promise
    // Without a length, the encoder would end a body that an answer to HEAD does not have.
    let isBare = passed?.dropsBody == true
    context.write(isBare ? wrapOutboundOut(.body(.byteBuffer(ByteBuffer()))) : data, promise: promise)
    passed = nil
    if closes, let promise { return end(context, after: promise.futureResult) }
    phase = wire.hasBytes ? .head : .idle
    since = context.eventLoop.now
    wire.hasLine = wire.hasBytes
    passHeld(context)
  }

  // MARK: Problems

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let problem = problem(of: error) else { return context.fireErrorCaught(error) }
    if phase == .ending { return }
    if phase == .answering || !held.isEmpty { return hold(.problem(problem), context) }
    fail(problem, context)
  }

  private func problem(of error: any Error) -> ConnectionProblem? {
    if error is ByteToMessageDecoderError { return .malformed }
    guard let error = error as? HTTPParserError else { return nil }
    switch error {
    case .headerOverflow: return wire.hasLine ? .longHeader : .longTarget
    case .invalidVersion: return .version
    case .invalidEOFState where phase == .body: return .cutOff
    default: return .malformed
    }
  }

  func fail(_ problem: ConnectionProblem, _ context: ChannelHandlerContext) {
    phase == .body ? breakBody(problem, context) : refuse(problem, context)
  }

  /// Ends the body with an error, and gives the route some time to answer in its own words.
  func breakBody(_ problem: ConnectionProblem, _ context: ChannelHandlerContext) {
    guard passed != nil, passed?.problem == nil else { return }
    passBody(context)
    passed?.problem = problem
    passed?.closes = true
    answerBy = context.eventLoop.now + settings.limits.lingerTime
    context.fireErrorCaught(problem)
  }

  /// Answers in place of the server, and ends the connection.
  func refuse(_ problem: ConnectionProblem, _ context: ChannelHandlerContext) {
    guard phase != .ending else { return }
    held.removeAll()
    let isOld = passed?.isOld == true
    passed = nil
    settings.onProblem(problem)
    let answer = ProblemAnswer(problem, isOld: isOld)
    let promise = context.eventLoop.makePromise(of: Void.self)
    context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
    context.write(wrapOutboundOut(.end(nil)), promise: promise)
    end(context, after: promise.futureResult)
  }
}
