/// First in, first out, between threads: whoever adds to a full queue waits, whoever takes from an empty one waits.
package final class BoundedQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isClosed = false
  }

  private let state = Monitor(State())
  private let capacity: Int

  /// A queue that holds so many elements, at least one.
  package init(capacity: Int) {
    precondition(capacity > 0, "a queue of \(capacity) elements holds nothing")
    self.capacity = capacity
  }

  /// Adds an element as soon as there is room; drops it where the queue is closed.
  package func add(_ element: Element) {
    state.wait { state -> Void? in
      if state.isClosed { return () }
      guard state.elements.count < capacity else { return nil }
      state.elements.append(element)
      return ()
    }
  }

  /// Puts elements that were taken back to the front, room or not, so that another thread takes them next.
  package func putBack(_ elements: [Element]) {
    state.update { $0.elements.insert(contentsOf: elements, at: 0) }
  }

  /// The first element, once there is one; nil when the queue is closed and empty.
  package func take() -> Element? { take(atMost: 1, patience: .zero).first }

  /// Up to `count` elements: at least one, and as many as are there after waiting so long for the others; none when
  /// the queue is closed and empty.
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

  /// `count` elements where so many are there, and what is left where the queue is closed; none otherwise, without waiting.
  package func takeFull(_ count: Int) -> [Element] {
    state.update { state in
      guard state.elements.count >= count || state.isClosed else { return [] }
      let taken = Array(state.elements.prefix(count))
      state.elements.removeFirst(taken.count)
      return taken
    }
  }

  /// No element is added any more; those that are there are still taken.
  package func close() { state.update { $0.isClosed = true } }
}
