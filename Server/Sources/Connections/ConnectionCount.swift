internal import Synchronization

/// Counts the open connections of a server.
///
/// Connections beyond the limit are answered, not left in the backlog, where they would wait for a time that nobody
/// knows and probes would wait with them. So a full server tells its state within a millisecond: a few connections
/// beyond the limit are served if they ask for a probe, and the others get 503 at once. Only a flood of connections,
/// twice the limit, is closed without an answer, because even an answer holds a descriptor until it is read.
public final class ConnectionCount: Sendable {
  /// What becomes of a new connection.
  enum Decision: Equatable {
    /// It is served.
    case serve
    /// It is served if it asks for a probe.
    case serveProbes
    /// It is answered 503.
    case refuse
    /// It is closed.
    case drop
  }

  private let limit: Int
  private let reserve: Int
  private let open = Atomic(0)

  /// Creates a count.
  ///
  /// - Parameter limits: how many are served.
  public init(_ limits: ConnectionLimits) { (limit, reserve) = (limits.connections, limits.reserve) }

  /// The open connections, those that are refused or about to be closed included.
  public var value: Int { open.load(ordering: .relaxed) }

  /// Whether idle connections should make room: seven eighths of the limit are open.
  var isCrowded: Bool { value > limit - limit / 8 }

  /// Counts a new connection. `leave` must follow.
  func enter() -> Decision {
    let number = open.add(1, ordering: .relaxed).newValue
    if number <= limit { return .serve }
    if number <= limit + reserve { return .serveProbes }
    return number <= 2 * limit + reserve ? .refuse : .drop
  }

  /// Counts a connection that has ended.
  func leave() { open.subtract(1, ordering: .relaxed) }
}
