/// How much may be under way at once: so many jobs, and so much weight. Jobs are numbered in the order in which they
/// enter; the oldest may always go on, however heavy, so that nothing waits for ever.
final class AdmissionWindow: Sendable {
  private struct State {
    /// The number of the next job to enter.
    var next = 0
    /// The jobs that have entered and are neither released nor left, in order.
    var unfinished: [Int] = []
    /// Jobs that have entered and not left.
    var inside = 0
    var weights: [Int: Int] = [:]
    var total = 0
  }

  private let state = Monitor(State())
  private let jobs: Int
  private let weight: Int

  init(jobs: Int, weight: Int) {
    self.jobs = jobs
    self.weight = weight
  }

  /// Waits until there is room for one job more, and gives it its number.
  func enter() -> Int {
    state.wait { state in
      guard state.inside < jobs else { return nil }
      defer { state.next += 1 }
      state.inside += 1
      state.unfinished.append(state.next)
      return state.next
    }
  }

  /// Waits until there is room for what a job weighs.
  func admit(_ job: Int, weighing weight: Int) {
    state.wait { state -> Void? in
      guard state.unfinished.first == job || state.total + weight <= self.weight else { return nil }
      state.weights[job, default: 0] += weight
      state.total += weight
      return ()
    }
  }

  /// A job weighs nothing any more.
  func release(_ job: Int) {
    state.update { state in
      state.total -= state.weights.removeValue(forKey: job) ?? 0
      state.unfinished.removeAll { $0 == job }
    }
  }

  /// A job that was released has left.
  func leave() { state.update { $0.inside -= 1 } }
}
