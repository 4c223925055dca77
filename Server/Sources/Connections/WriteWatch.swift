internal import NIOCore

/// Notices that a client does not take its answer.
struct WriteWatch {
  let limits: ConnectionLimits
  /// When the present look began, with what had been taken by then; nil while nothing waits.
  private var look: (since: NIODeadline, taken: Int)?

  init(_ limits: ConnectionLimits) { self.limits = limits }

  /// Looks at a connection.
  ///
  /// - Parameters:
  ///   - buffered: the bytes that the client, and the system, have not taken yet.
  ///   - written: the bytes that were ever written.
  /// - Returns: whether the client has taken next to nothing for too long.
  mutating func isStalled(buffered: Int, written: Int, now: NIODeadline) -> Bool {
    guard buffered > 0 else {
      look = nil
      return false
    }
    let taken = written - buffered
    guard let look else {
      self.look = (now, taken)
      return false
    }
    guard now - look.since >= limits.writeTime else { return false }
    self.look = (now, taken)
    let least = Int64(limits.writeRate) * limits.writeTime.nanoseconds / 1_000_000_000
    return taken - look.taken < max(1, Int(least))
  }
}
