internal import Synchronization

/// A result that a task waits for. The first result that is given counts: that of the work, the end of the time, or the
/// client's leaving.
final class Ticket<Output: Sendable>: Sendable {
  typealias Outcome = Result<Output, ServingError>

  private enum State {
    case new
    case awaited(CheckedContinuation<Outcome, Never>)
    /// Given before anybody waited.
    case given(Outcome)
    case done
  }

  private let state = Mutex(State.new)
  let deadline: ContinuousClock.Instant

  init(deadline: ContinuousClock.Instant) { self.deadline = deadline }

  /// Whether the result is still wanted.
  var isOpen: Bool {
    state.withLock { state in
      switch state {
      case .new, .awaited: true
      case .given, .done: false
      }
    }
  }

  /// Gives the result.
  ///
  /// - Returns: false if there was one already.
  @discardableResult
  func give(_ outcome: Outcome) -> Bool {
    let (isFirst, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Outcome, Never>?) in
      switch state {
      case .new:
        state = .given(outcome)
        return (true, nil)
      case .awaited(let continuation):
        state = .done
        return (true, continuation)
      case .given, .done: return (false, nil)
      }
    }
    continuation?.resume(returning: outcome)
    return isFirst
  }

  /// Waits for the result. Called once.
  ///
  /// - Parameters:
  ///   - start: begins the work, which gives the result.
  ///   - withdraw: takes the work back, if it has not begun, because the result is no longer wanted.
  /// - Throws: `.deadline` or `.cancelled` as soon as that is so, whatever the work is doing.
  func result(
    start: @Sendable () -> Void, withdraw: @escaping @Sendable () -> Void
  ) async throws(ServingError) -> Output {
    let timer = DeadlineTimer(at: deadline) { [self] in if give(.failure(.deadline)) { withdraw() } }
    defer { timer.cancel() }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let given = state.withLock { state -> Outcome? in
          guard case .given(let outcome) = state else {
            state = .awaited(continuation)
            return nil
          }
          state = .done
          return outcome
        }
        if let given { continuation.resume(returning: given) } else { start() }
      }
    } onCancel: {
      if give(.failure(.cancelled)) { withdraw() }
    }
    return try outcome.get()
  }
}
