public import NIOCore

/// What a connection may cost.
public struct ConnectionLimits: Sendable {
  /// The most connections that are served at a time.
  public var connections = 256
  /// Connections beyond these that are served if they ask for a probe, and are answered 503 otherwise.
  public var reserve = 32
  /// The most bytes of a request's target.
  public var targetBytes = 8 << 10
  /// The most bytes of a header: names, values, and four bytes for each field.
  public var headerBytes = 16 << 10
  /// The most fields of a header.
  public var headerFields = 100
  /// How long a header may take to arrive, from its first byte; for the first request, from the connection.
  public var headerTime = TimeAmount.seconds(10)
  /// How long a connection may be idle between two requests.
  public var idleTime = TimeAmount.seconds(60)
  /// How long the server waits for the bytes of a body, in all.
  public var bodyTime = TimeAmount.seconds(30)
  /// The least bytes of a body for each second that the server waits for it.
  public var bodyRate = 16 << 10
  /// How long the server waits before the rate counts.
  public var bodyRateAfter = TimeAmount.seconds(5)
  /// How long a client may take next to nothing of an answer: less than `writeRate`.
  public var writeTime = TimeAmount.seconds(30)
  /// The least bytes of an answer that a client takes for each second.
  public var writeRate = 1 << 10
  /// How long a connection is read after its last answer, so that a reset does not overtake the answer.
  public var lingerTime = TimeAmount.seconds(1)
  /// The most bytes that are read and dropped after the last answer.
  public var lingerBytes = 256 << 10

  /// The default limits.
  public init() {}

  /// How often the times are looked at: a tenth of the shortest, from 5 milliseconds to half a second.
  var tick: TimeAmount {
    let shortest = min(headerTime, idleTime, bodyTime, bodyRateAfter, writeTime)
    return .nanoseconds(min(max(shortest.nanoseconds / 10, 5_000_000), 500_000_000))
  }
}
