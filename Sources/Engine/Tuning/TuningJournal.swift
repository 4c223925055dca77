package import Caches
import Kernels
package import OpenCL
import Tensors

/// What was measured on a device, in this process and in those before it.
package struct TuningJournal {
  /// How often a method may be begun without an end before it is taken to end the process.
  static let mostAttempts = 2

  /// What part of the default's time another method may take at most: less is noise.
  private static let clearly = 0.97

  private let cache: Cache
  private let key: CacheKey
  private var attempts: [Trial: Int] = [:]
  private var outcomes: [Trial: TuningRecord.Outcome] = [:]

  private struct Trial: Hashable {
    let problem: ConvolutionProblem
    let method: BlockedMethod
  }

  /// The journal of a device with the kernels of this program.
  ///
  /// - Parameter gpu: the kernels on blocks for a GPU; nil for those for a CPU.
  package init(of device: Device, _ gpu: GPUTuning? = nil, in cache: Cache) {
    self.cache = cache
    let kernels: [KernelSource] =
      gpu == nil ? [.conv2dC16, .winogradFusedC16, .winogradMultiplyC16] : [.conv2dGEMM, .conv2dSubgroup, .conv2dSum]
    let includes = KernelInclude.allCases.filter { foundation in
      kernels.contains { $0.includes.contains(foundation) }
    }
    let constants = gpu.map { ["\($0)"] } ?? []
    key = CacheKey(.tunings, ["1"] + device.identity + constants + includes.map(\.text) + kernels.map(\.text))
    for line in cache.records(key) {
      if let record = TuningRecord(line: line) { note(record) }
    }
  }

  /// What became of a method, where that is known: its end, or that it was begun too often without one.
  func outcome(of method: BlockedMethod, for problem: ConvolutionProblem) -> TuningRecord.Outcome? {
    let trial = Trial(problem: problem, method: method)
    if let outcome = outcomes[trial] { return outcome }
    return attempts[trial, default: 0] >= Self.mostAttempts ? .failed : nil
  }

  /// Keeps a record, for this process and the next.
  package mutating func append(_ record: TuningRecord) {
    note(record)
    cache.append(record.line, to: key)
  }

  /// The fastest method of each convolution that was measured, where it is clearly faster than the default.
  var methods: [ConvolutionProblem: BlockedMethod] {
    var fastest: [ConvolutionProblem: (method: BlockedMethod, ratio: Double)] = [:]
    for (trial, outcome) in outcomes {
      guard let ratio = outcome.figures?.ratio, ratio < Self.clearly else { continue }
      if let other = fastest[trial.problem], (other.ratio, other.method.text) <= (ratio, trial.method.text) { continue }
      fastest[trial.problem] = (trial.method, ratio)
    }
    return fastest.mapValues(\.method)
  }

  private mutating func note(_ record: TuningRecord) {
    let trial = Trial(problem: record.problem, method: record.method)
    if record.outcome == .begun { attempts[trial, default: 0] += 1 } else { outcomes[trial] = record.outcome }
  }
}

extension BlockedMethod {
  /// Whether its kernels compute the convolution.
  func fits(_ problem: ConvolutionProblem, on gpu: GPUTuning?) -> Bool {
    switch self {
    case .direct(let tile, _): gpu == nil && tile <= problem.output.width
    case .winogradFused, .winogradNonfused: gpu == nil && problem.fitsWinograd
    case .implicitGEMM(let gemm): gpu?.accepts(gemm, for: problem) ?? false
    case .subgroup(let tile): gpu?.runs(tile, problem) ?? false
    }
  }
}

extension TuningRecord.Outcome {
  /// How long it took, and what part of the default's time that was; nil where it was not measured.
  var figures: (seconds: Double, ratio: Double)? {
    guard case .took(let nanoseconds, let standard) = self else { return nil }
    return (Double(nanoseconds) * 1e-9, Double(nanoseconds) / Double(standard))
  }
}
