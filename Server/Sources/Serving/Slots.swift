internal import Synchronization

/// A fixed number of slots, given in the order of arrival. Who holds much memory takes one first, so that its sum is
/// bounded while many requests wait.
public final class Slots: Sendable {
  /// A slot, which is given back when it is released.
  public final class Slot: Sendable {
    private let slots: Slots

    fileprivate init(_ slots: Slots) { self.slots = slots }

    deinit { slots.giveBack() }
  }

  private struct State {
    var free: Int
    /// Who waits, the first first.
    var waiting: [Ticket<Slot>] = []
  }

  private let state: Mutex<State>

  /// Creates slots.
  ///
  /// - Parameter count: their number, at least one.
  public init(count: Int) {
    precondition(count > 0, "nobody gets one of \(count) slots")
    state = Mutex(State(free: count))
  }

  /// The number of those who wait for a slot.
  public var waiting: Int { state.withLock { $0.waiting.count } }

  /// Waits for a slot.
  ///
  /// - Throws: `.deadline` or `.cancelled` as soon as that is so.
  public func take(by deadline: ContinuousClock.Instant) async throws(ServingError) -> Slot {
    let ticket = Ticket<Slot>(deadline: deadline)
    return try await ticket.result {
      let isFree = self.state.withLock { state in
        guard state.free > 0 else {
          state.waiting.append(ticket)
          return false
        }
        state.free -= 1
        return true
      }
      // If nobody waits any more, the slot is released here.
      if isFree { ticket.give(.success(Slot(self))) }
    } withdraw: {
      self.state.withLock { $0.waiting.removeAll { $0 === ticket } }
    }
  }

  private func giveBack() {
    let next = state.withLock { state -> Ticket<Slot>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.give(.success(Slot(self)))
  }
}
