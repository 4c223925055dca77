internal import NIOCore
internal import NIOHTTP1

extension RequestHandler {
  // MARK: Closing

  /// Ends the connection so that the last answer arrives: closes the server's direction, and reads and drops for a
  /// moment what still comes. To close with unread bytes would send a reset, which may overtake the answer.
  ///
  /// - Parameter written: succeeds once the answer was handed to the system.
  func end(_ context: ChannelHandlerContext, after written: EventLoopFuture<Void>) {
    phase = .ending
    held.removeAll()
    context.flush()
    written.assumeIsolated().whenComplete { result in
      guard case .success = result, !self.wire.isInputClosed else { return context.close(promise: nil) }
      self.wire.isLingering = true
      self.lingerClock = context.eventLoop.assumeIsolated().scheduleTask(in: self.settings.limits.lingerTime) {
        context.close(promise: nil)
      }
      context.close(mode: .output, promise: nil)
      context.read()
    }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if phase == .ending, mode != .input {
      // It is being closed already, and what closes it keeps a time.
      context.channel.closeFuture.cascade(to: promise)
    } else if mode == .input, phase != .ending {
      context.close(mode: .input, promise: promise)
    } else if let passed, let problem = passed.problem, !passed.hasBegun {
      refuse(problem, context)
      context.channel.closeFuture.cascade(to: promise)
    } else {
      context.close(promise: promise)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent:
      isQuiescing = true
      if phase == .idle || phase == .head { context.close(promise: nil) }
    case let event as ChannelEvent where event == .inputClosed:
      switch phase {
      case .idle, .head: context.close(promise: nil)
      case .body: breakBody(.cutOff, context)
      case .answering, .ending: break
      }
      context.fireUserInboundEventTriggered(event)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard let event = event as? BodyIsWanted else {
      return context.triggerUserOutboundEvent(event, promise: promise)
    }
    defer { promise?.succeed() }
    if event.isLong { passed?.isLong = true }
    guard passed?.expectsContinue == true, phase == .body else { return }
    passed?.expectsContinue = false
    wire.resetWait(context.eventLoop.now)
    guard passed?.bodyBytes == 0, passed?.hasBegun == false else { return }
    context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
  }

  // MARK: Times

  func startClock(_ context: ChannelHandlerContext) {
    clock = context.eventLoop.assumeIsolated().scheduleTask(in: settings.limits.tick) {
      self.tick(context)
      if context.channel.isActive { self.startClock(context) }
    }
  }

  private func tick(_ context: ChannelHandlerContext) {
    let now = context.eventLoop.now
    let limits = settings.limits
    let buffered = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    if writeWatch.isStalled(buffered: buffered, written: wire.written, now: now) {
      return context.close(promise: nil)
    }
    if phase == .idle, wire.hasBytes {
      phase = .head
      if !isFirst { since = now }
    }
    switch phase {
    case .idle: checkIdle(now, context)
    case .head: if now - since >= headerTime { refuse(.slow, context) }
    case .body: checkBody(now, limits, context)
    case .answering, .ending: break
    }
  }

  /// The bytes around the content of a body that are no matter.
  private static let overheadLimit = 128 << 10

  private var headerTime: TimeAmount {
    role == .serveProbes ? min(settings.limits.headerTime, .seconds(2)) : settings.limits.headerTime
  }

  private func checkIdle(_ now: NIODeadline, _ context: ChannelHandlerContext) {
    let isCrowded = settings.count.isCrowded
    let limit = isFirst ? headerTime : isCrowded ? .seconds(1) : settings.limits.idleTime
    if now - since >= limit { context.close(promise: nil) }
  }

  private func checkBody(_ now: NIODeadline, _ limits: ConnectionLimits, _ context: ChannelHandlerContext) {
    if let answerBy, now >= answerBy {
      // The route does not answer, or it has begun to and cannot go on.
      if let problem = passed?.problem, passed?.hasBegun == false { return refuse(problem, context) }
      return context.close(promise: nil)
    }
    guard let passed, passed.problem == nil, !passed.expectsContinue else { return }
    let wait = wire.wait(now)
    let isSlow =
      wait > limits.bodyRateAfter
      && Int64(passed.bodyBytes) < Int64(limits.bodyRate) * wait.nanoseconds / 1_000_000_000
    if isSlow || !passed.isLong && wait >= limits.bodyTime { return breakBody(.slow, context) }
    // Headers of chunks, and what may follow them, with next to no content.
    if wire.received > 2 * passed.bodyBytes + Self.overheadLimit { breakBody(.malformed, context) }
  }
}
