/// A first-in, first-out queue between threads. Adding to a full queue waits, and so does taking from an empty one.
package final class BoundedQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isClosed = false
  }

  private let state = Monitor(State())
  private let capacity: Int

  /// Creates a queue.
  ///
  /// - Parameter capacity: the largest number of elements, at least one.
  package init(capacity: Int) {
    precondition(capacity > 0, "a queue of \(capacity) elements holds nothing")
    self.capacity = capacity
  }

  /// Adds an element as soon as there is room, or drops it if the queue is closed.
  package func add(_ element: Element) {
    state.wait { state -> Void? in
      if state.isClosed { return () }
      guard state.elements.count < capacity else { return nil }
      state.elements.append(element)
      return ()
    }
  }

  /// Puts elements back to the front, whether or not there is room, so that another thread takes them next.
  package func putBack(_ elements: [Element]) {
    state.update { $0.elements.insert(contentsOf: elements, at: 0) }
  }

  /// Waits for the first element; nil if the queue is closed and empty.
  package func take() -> Element? { take(atMost: 1, patience: .zero).first }

  /// Waits for at least one element, and then up to `patience` for others.
  ///
  /// - Returns: up to `count` elements; none if the queue is closed and empty.
  package func take(atMost count: Int, patience: Duration) -> [Element] {
    if count > 1, patience > .zero {
      state.wait { $0.elements.isEmpty && !$0.isClosed ? nil : () }
      state.wait(atMost: patience) { $0.elements.count >= min(count, capacity) || $0.isClosed }
    }
    return state.wait { state in
      if state.elements.isEmpty { return state.isClosed ? [] : nil }
      let taken = Array(state.elements.prefix(count))
      state.elements.removeFirst(taken.count)
      return taken
    }
  }

  /// Takes `count` elements if there are that many, or the rest if the queue is closed; none otherwise. Does not wait.
  package func takeFull(_ count: Int) -> [Element] {
    state.update { state in
      guard state.elements.count >= count || state.isClosed else { return [] }
      let taken = Array(state.elements.prefix(count))
      state.elements.removeFirst(taken.count)
      return taken
    }
  }

  /// Closes the queue: no element is added any more, and the remaining ones can be taken.
  package func close() { state.update { $0.isClosed = true } }
}
