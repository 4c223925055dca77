package import Caches
package import Networks
import OpenCL
package import Tensors

/// Finds the fastest method of each convolution of a graph on a device, by trying: every candidate must compute what the
/// portable kernels compute, and the journal has a record of each before the next is begun, so that a process that is
/// ended goes on where it was, without what ended it.
package struct Tuner {
  /// What was found for one convolution.
  package struct Finding: Sendable {
    package let problem: ConvolutionProblem
    /// How many of the graph's steps it is.
    package let count: Int
    /// What would be used without a tuning, and its seconds where they were measured.
    package let standard: (method: BlockedMethod, seconds: Double?)
    /// Every candidate that was measured, its seconds, and what part of the default's time it took, measured in turn.
    package let measured: [(method: BlockedMethod, seconds: Double, ratio: Double)]
    /// The fastest of them; nil where nothing could be measured.
    package var fastest: (method: BlockedMethod, seconds: Double, ratio: Double)? {
      measured.min { $0.ratio < $1.ratio }
    }
    /// Candidates measured now, taken from the journal, and left out because they failed.
    package let tried: Int, known: Int, failed: Int
  }

  private let session: DeviceSession
  private let tuning: KernelTuning
  private var journal: TuningJournal

  /// A tuner for a session's device and a precision; nil where its kernels have no methods to choose from.
  package init?(session: DeviceSession, precision: Precision = .float32, cache: Cache) throws {
    var tuning = try session.tuning(for: precision)
    guard tuning.hasBlockKernels else { return nil }
    tuning.methods = [:]
    self.tuning = tuning
    self.session = session
    journal = TuningJournal(of: session.device, tuning.gpu, in: cache)
  }

  /// Tries the candidates of every convolution of a graph, the largest first, until they are done or the time is up; the
  /// candidate that is being tried then is finished.
  ///
  /// - Parameter progress: is called with how many convolutions are done, and of how many.
  package mutating func tune(
    _ graph: Graph, seconds: Double, progress: (_ done: Int, _ of: Int) -> Void
  ) -> (findings: [Finding], timeIsUp: Bool) {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    let counts = Plan(graph, tuning: tuning).problemCounts
    let problems = counts.keys.sorted { a, b in (b.multiplyAdds, b.text) < (a.multiplyAdds, a.text) }
    var findings: [Finding] = []
    for (index, problem) in problems.enumerated() {
      progress(index, problems.count)
      findings.append(finding(for: problem, count: counts[problem] ?? 0) { clock.now >= end })
    }
    progress(problems.count, problems.count)
    return (findings, clock.now >= end)
  }

  private mutating func finding(for problem: ConvolutionProblem, count: Int, timeIsUp: () -> Bool) -> Finding {
    let candidates = tuning.candidates(for: problem)
    let standard = tuning.defaultMethod(for: problem, winograd: true)
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
    return Finding(
      problem: problem, count: count,
      standard: (standard, journal.outcome(of: standard, for: problem)?.figures?.seconds), measured: measured,
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

/// One convolution with its neighbours, which every method is tried on: from a planar input to blocks, the convolution
/// with ReLU, and to a planar output.
private struct ConvolutionTrials {
  private static let name = "tuned"

  private let executor: (BlockedMethod) throws -> Executor
  private let input: Tensor
  private let expected: [Tensor]
  private let standard: Executor
  /// How far the output may lie off, relative to its largest value: Winograd's sums are the least exact in float32, and
  /// halves are rounded a few times.
  private let tolerance: Float

  init(of problem: ConvolutionProblem, in session: DeviceSession, _ tuning: KernelTuning) throws {
    let output = problem.output
    tolerance = tuning.precision == .float16 ? 1e-2 : 5e-5
    var builder = try GraphBuilder(
      input: Shape(batch: output.batch, channels: 1, height: output.height, width: output.width))
    let before = Convolution(weight: "before", bias: nil, outChannels: problem.inChannels)
    let tuned = Convolution(
      weight: "weight", bias: "bias", outChannels: output.channels, kernel: problem.kernel, dilation: problem.dilation)
    let after = Convolution(weight: "after", bias: nil, outChannels: 1, kernel: 1)
    let spread = try builder.add(.convolution(before), to: [builder.input], name: "before")
    let sums = try builder.add(.convolution(tuned), to: [spread], name: "sums")
    let relu = try builder.add(.relu, to: [sums], name: Self.name)
    let mixed = try builder.add(.convolution(after), to: [relu], name: "after")
    let graph = builder.finish(outputs: [("after", mixed)])
    input = SeededParameters.input(shape: graph.inputShape)
    var portable = PlanOptions()
    portable.usesBlocks = false
    expected = try Executor(
      graph: graph, parameters: SeededParameters(for: graph), session: session, options: portable, tuning: tuning
    ).run(input)
    executor = { method in
      var chosen = tuning
      chosen.methods = [problem: method]
      return try Executor(
        graph: graph, parameters: SeededParameters(for: graph), session: session, options: PlanOptions(), tuning: chosen
      )
    }
    standard = try executor(tuning.defaultMethod(for: problem, winograd: true))
  }

  /// What becomes of a method, measured in turn with the default.
  func outcome(of method: BlockedMethod) throws -> TuningRecord.Outcome {
    let candidate = try executor(method)
    guard zip(try candidate.run(input), expected).allSatisfy({ agree($0, $1) }) else { return .failed }
    _ = try standard.run(input)
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(200)
    var (times, standardTimes) = ([Int](), [Int]())
    while times.count < 3 || (times.count < 15 && clock.now < end) {
      times.append(try nanoseconds(candidate))
      standardTimes.append(try nanoseconds(standard))
    }
    return .took(times.sorted()[times.count / 2], standard: standardTimes.sorted()[times.count / 2])
  }

  /// How long the convolution's launches take, one run.
  private func nanoseconds(_ executor: Executor) throws -> Int {
    let seconds = try executor.profile(input).filter { $0.label == Self.name }.reduce(0) { $0 + $1.times.duration }
    return max(1, Int(seconds * 1e9))
  }

  private func agree(_ a: Tensor, _ b: Tensor) -> Bool {
    let scale = b.values.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
    return zip(a.values, b.values).allSatisfy { abs($0 - $1) <= tolerance * scale }
  }
}
