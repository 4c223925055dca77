internal import Dispatch
internal import Synchronization

/// A first-in, first-out queue whose elements threads wait for. It has no bound of its own: see `Admission`.
final class BlockingQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  /// Signalled at least once for each element, and for the end. A signal without an element is harmless.
  private let changed = DispatchSemaphore(value: 0)

  var count: Int { state.withLock { $0.elements.count } }

  /// Adds an element.
  ///
  /// - Returns: false if the queue is closed; then the element is not added.
  func add(_ element: Element) -> Bool {
    let isAdded = state.withLock { state in
      if !state.isClosed { state.elements.append(element) }
      return !state.isClosed
    }
    changed.signal()
    return isAdded
  }

  /// Waits for the first element; nil if the queue is closed and empty.
  func take() -> Element? {
    while true {
      let (element, isClosed) = state.withLock { state -> (Element?, Bool) in
        (state.elements.isEmpty ? nil : state.elements.removeFirst(), state.isClosed)
      }
      if let element { return element }
      if isClosed {
        // The next thread that waits has to see the end, too.
        changed.signal()
        return nil
      }
      changed.wait()
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
    let left = state.withLock { state in
      defer { state = State(elements: [], isClosed: true) }
      return state.elements
    }
    changed.signal()
    return left
  }
}
