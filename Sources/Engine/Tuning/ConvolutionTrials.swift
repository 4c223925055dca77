import Networks
import OpenCL
import Tensors

/// The trials of all methods of one convolution, in `ProbeGraph.tuned`.
struct ConvolutionTrials {
  private let executor: (BlockedMethod) throws -> Executor
  private let input: Tensor
  private let expected: [Tensor]
  private let baseline: Executor
  /// The largest difference of a right output, relative to the largest value. In float32, Winograd's sums are the least
  /// exact.
  private let tolerance: Float

  init(of problem: ConvolutionProblem, in session: DeviceSession, _ tuning: KernelTuning) throws {
    tolerance = tuning.precision == .float32 ? 5e-5 : tuning.precision.trialTolerance
    let graph = try ProbeGraph.tuned(problem)
    input = SeededParameters.input(shape: graph.inputShape)
    expected = try session.probe(graph, .portable(for: session.device, precision: .float32)).run(input)
    executor = { method in
      var chosen = tuning
      chosen.methods = [problem: method]
      return try session.probe(graph, chosen)
    }
    baseline = try executor(tuning.defaultMethod(for: problem, winograd: true))
  }

  /// Tries a method and measures it alternately with the default.
  func outcome(of method: BlockedMethod) throws -> TuningRecord.Outcome {
    let candidate = try executor(method)
    guard zip(try candidate.run(input), expected).allSatisfy({ $0.relativeDifference(to: $1) <= tolerance }) else {
      return .failed
    }
    _ = try baseline.run(input)
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(200)
    var (times, baselineTimes) = ([Int](), [Int]())
    while times.count < 3 || (times.count < 15 && clock.now < end) {
      times.append(try nanoseconds(candidate))
      baselineTimes.append(try nanoseconds(baseline))
    }
    return .took(times.sorted()[times.count / 2], baseline: baselineTimes.sorted()[times.count / 2])
  }

  /// The time of the convolution's launches in one run.
  private func nanoseconds(_ executor: Executor) throws -> Int {
    let seconds = try executor.profile(input).filter { $0.label == ProbeGraph.tunedName }
      .reduce(0) { $0 + $1.times.duration }
    return max(1, Int(seconds * 1e9))
  }
}
