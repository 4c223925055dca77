package import Caches
package import Networks
import OpenCL
package import Tensors

/// Finds the fastest method of each convolution of a graph on a device by trying all candidates.
///
/// A candidate must compute what the portable kernels compute. Each trial is recorded before the next one begins, so
/// that a later process continues where one was ended, without the candidate that ended it.
package struct Tuner {
  private let session: DeviceSession
  private let tuning: KernelTuning
  private var journal: TuningJournal

  /// A tuner for a session's device and a precision; nil if the device has only portable kernels, which leave no
  /// choice.
  package init?(session: DeviceSession, precision: Precision = .float32, cache: Cache) throws {
    var tuning = try session.tuning(for: precision)
    guard tuning.hasBlockKernels else { return nil }
    tuning.methods = [:]
    self.tuning = tuning
    self.session = session
    journal = TuningJournal(of: session.device, tuning.gpu, in: cache)
  }

  /// Tries the candidates of every convolution of a graph, the largest convolution first, until all are tried or the
  /// time is up. The trial that is running then is finished.
  ///
  /// - Parameter progress: called with the number of convolutions that are done and the number of all.
  package mutating func tune(
    _ graph: Graph, seconds: Double, progress: (_ done: Int, _ of: Int) -> Void
  ) -> (results: [TuningResult], timeIsUp: Bool) {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    let counts = Plan(graph, tuning: tuning).problemCounts
    let problems = counts.keys.sorted { a, b in (b.multiplyAdds, b.text) < (a.multiplyAdds, a.text) }
    var results: [TuningResult] = []
    for (index, problem) in problems.enumerated() {
      progress(index, problems.count)
      results.append(result(for: problem, count: counts[problem] ?? 0) { clock.now >= end })
    }
    progress(problems.count, problems.count)
    return (results, clock.now >= end)
  }

  private mutating func result(
    for problem: ConvolutionProblem, count: Int, timeIsUp: () -> Bool
  ) -> TuningResult {
    let candidates = tuning.candidates(for: problem)
    let baseline = tuning.defaultMethod(for: problem, winograd: true)
    var (tried, known) = (0, 0)
    var trials: ConvolutionTrials?
    for method in candidates {
      if journal.outcome(of: method, for: problem) != nil {
        known += 1
      } else if !timeIsUp() {
        tried += 1
        journal.append(TuningRecord(problem: problem, method: method, outcome: .begun))
        journal.append(
          TuningRecord(problem: problem, method: method, outcome: outcome(of: method, for: problem, &trials)))
      }
    }
    let measured = candidates.compactMap { method in
      journal.outcome(of: method, for: problem)?.figures.map { (method: method, seconds: $0.seconds, ratio: $0.ratio) }
    }
    return TuningResult(
      problem: problem, count: count,
      baseline: (baseline, journal.outcome(of: baseline, for: problem)?.figures?.seconds), measured: measured,
      tried: tried, known: known, failed: tried + known - measured.count)
  }

  private func outcome(
    of method: BlockedMethod, for problem: ConvolutionProblem, _ trials: inout ConvolutionTrials?
  ) -> TuningRecord.Outcome {
    do {
      let prepared = try trials ?? ConvolutionTrials(of: problem, in: session, tuning)
      trials = prepared
      return try prepared.outcome(of: method)
    } catch {
      return .failed
    }
  }
}

/// What a tuner found for one convolution.
package struct TuningResult: Sendable {
  package let problem: ConvolutionProblem
  /// The number of the graph's steps that compute this convolution.
  package let count: Int
  /// The method that is used without tuning, and its time in seconds if it was measured.
  package let baseline: (method: BlockedMethod, seconds: Double?)
  /// The candidates that were measured, with their times in seconds and the ratios to the baseline's time.
  package let measured: [(method: BlockedMethod, seconds: Double, ratio: Double)]
  /// The fastest measured candidate; nil if none could be measured.
  package var fastest: (method: BlockedMethod, seconds: Double, ratio: Double)? {
    measured.min { $0.ratio < $1.ratio }
  }
  /// The numbers of candidates that were tried now, found in the journal, and left out because they failed.
  package let tried: Int, known: Int, failed: Int
}
