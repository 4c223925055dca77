public import NIOCore

/// Notices that a client has left, in the pipeline of its connection.
///
/// A client that has only closed its own direction counts as one that has left, as in Go's server: the two cannot be
/// told apart before an answer is written. Used on the event loop of its channel.
public final class ClientWatch: ChannelInboundHandler, RemovableChannelHandler {
  /// Anything: messages are passed on.
  public typealias InboundIn = Any

  private var hasLeft = false
  /// Called once the client has left; nil while no request is under way.
  private var leave: (@Sendable () -> Void)?

  /// Creates a handler for one channel.
  public init() {}

  /// Sets what is done when the client leaves; at once if it has left already.
  func watch(_ leave: (@Sendable () -> Void)?) {
    self.leave = leave
    if hasLeft { leave?() }
  }

  /// Notices that the client sends no more.
  public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed { end() }
    context.fireUserInboundEventTriggered(event)
  }

  /// Notices that the connection has ended.
  public func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  private func end() {
    hasLeft = true
    leave?()
  }

  /// Runs `body`, which is cancelled if the client of a channel leaves.
  static func run<Output: Sendable>(
    on channel: any Channel, _ body: @escaping @Sendable () async throws -> Output
  ) async throws -> Output {
    let task = Task { try await body() }
    try await set({ task.cancel() }, on: channel).get()
    defer { _ = set(nil, on: channel) }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  private static func set(_ leave: (@Sendable () -> Void)?, on channel: any Channel) -> EventLoopFuture<Void> {
    channel.eventLoop.submit {
      try channel.pipeline.syncOperations.handler(type: ClientWatch.self).watch(leave)
    }
  }
}
