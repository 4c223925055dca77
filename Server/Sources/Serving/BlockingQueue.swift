internal import Dispatch
internal import Synchronization

/// A first-in, first-out queue whose elements threads wait for. It has no bound of its own: see `Admission`.
final class BlockingQueue<Element: Sendable>: Sendable {
  /// A thread that waits.
  private final class Waiter: Sendable {
    let accepts: @Sendable (Element) -> Bool
    let changed = DispatchSemaphore(value: 0)

    init(_ accepts: @escaping @Sendable (Element) -> Bool) { self.accepts = accepts }
  }

  private struct State {
    var elements: [Element] = []
    var waiters: [Waiter] = []
    var isClosed = false
  }

  private enum Step {
    case done(Element?)
    case wait(Waiter)
  }

  private let state = Mutex(State())

  var count: Int { state.withLock { $0.elements.count } }

  /// Adds an element.
  ///
  /// - Returns: false if the queue is closed; then the element is not added.
  func add(_ element: Element) -> Bool {
    let (isAdded, waiter) = state.withLock { state -> (Bool, Waiter?) in
      guard !state.isClosed else { return (false, nil) }
      state.elements.append(element)
      // A thread that is woken in vain waits again; one that is at work looks at the queue before it waits.
      return (true, state.waiters.firstIndex { $0.accepts(element) }.map { state.waiters.remove(at: $0) })
    }
    waiter?.changed.signal()
    return isAdded
  }

  /// Waits for the first element that is accepted; nil if the queue is closed and holds none.
  func take(where accepts: @escaping @Sendable (Element) -> Bool = { _ in true }) -> Element? {
    while true {
      let step = state.withLock { state -> Step in
        if let place = state.elements.firstIndex(where: accepts) { return .done(state.elements.remove(at: place)) }
        if state.isClosed { return .done(nil) }
        let waiter = Waiter(accepts)
        state.waiters.append(waiter)
        return .wait(waiter)
      }
      switch step {
      case .done(let element): return element
      case .wait(let waiter): waiter.changed.wait()
      }
    }
  }

  /// Changes the waiting elements, and returns a result of that.
  func update<Result: Sendable>(_ body: (inout [Element]) -> Result) -> Result {
    state.withLock { body(&$0.elements) }
  }

  /// Closes the queue: no element is added any more.
  ///
  /// - Returns: the elements that were waiting, which are no longer in the queue.
  func close() -> [Element] {
    let (left, waiters) = state.withLock { state -> ([Element], [Waiter]) in
      defer { state = State(isClosed: true) }
      return (state.elements, state.waiters)
    }
    for waiter in waiters { waiter.changed.signal() }
    return left
  }
}
