/// Bounds the number and the total weight of the jobs under way.
///
/// Jobs are numbered in the order in which they enter. The oldest job may always continue, however heavy it is, so that
/// no job waits for ever.
final class AdmissionWindow: Sendable {
  private struct State {
    /// The number of the next job to enter.
    var next = 0
    /// The jobs that have entered and are not released yet, in order.
    var unfinished: [Int] = []
    /// The number of jobs that have entered and not left.
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

  /// Waits until there is room for another job.
  ///
  /// - Returns: the number of the job.
  func enter() -> Int {
    state.wait { state in
      guard state.inside < jobs else { return nil }
      defer { state.next += 1 }
      state.inside += 1
      state.unfinished.append(state.next)
      return state.next
    }
  }

  /// Waits until there is room for the weight of a job.
  func admit(_ job: Int, weighing weight: Int) {
    state.wait { state -> Void? in
      guard state.unfinished.first == job || state.total + weight <= self.weight else { return nil }
      state.weights[job, default: 0] += weight
      state.total += weight
      return ()
    }
  }

  /// Returns the weight of a job.
  func release(_ job: Int) {
    state.update { state in
      state.total -= state.weights.removeValue(forKey: job) ?? 0
      state.unfinished.removeAll { $0 == job }
    }
  }

  /// Returns the place of a job that was released.
  func leave() { state.update { $0.inside -= 1 } }
}
