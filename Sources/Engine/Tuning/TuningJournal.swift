package import Caches
import Kernels
package import OpenCL
import Tensors

/// What a tuner measured on a device, in this process and in earlier ones.
package struct TuningJournal {
  /// The number of trials that have begun without an end after which a method is taken to end the process.
  static let maximumAttempts = 2

  /// The smallest speedup over the default method that counts: smaller ones are noise.
  private static let minimumSpeedup = 1 / 0.97

  private let cache: Cache
  private let key: CacheKey
  private var attempts: [Trial: Int] = [:]
  private var outcomes: [Trial: TuningRecord.Outcome] = [:]

  private struct Trial: Hashable {
    let problem: ConvolutionProblem
    let method: BlockedMethod
  }

  /// The version of the records' format.
  private static let version = "2"

  /// The journal of a device with this program's kernels.
  ///
  /// - Parameter gpu: how the kernels on blocks are compiled for a GPU; nil for the kernels for CPUs.
  package init(of device: Device, _ gpu: GPUTuning? = nil, in cache: Cache) {
    self.cache = cache
    let kernels: [KernelSource] =
      gpu == nil ? [.conv2dC16, .winogradFusedC16, .winogradMultiplyC16] : [.conv2dGEMM, .conv2dSubgroup, .conv2dSum]
    let includes = KernelInclude.allCases.filter { foundation in
      kernels.contains { $0.includes.contains(foundation) }
    }
    let constants = gpu.map { ["\($0)"] } ?? []
    // The fastest kernels depend on the number of threads.
    let machine = device.identity + ["\(device.computeUnits)"]
    key = CacheKey(.tunings, [Self.version] + machine + constants + includes.map(\.text) + kernels.map(\.text))
    for line in cache.records(key) {
      if let record = TuningRecord(line: line) { note(record) }
    }
  }

  /// The outcome of a method; nil if that is not known. A method that has begun too often without an end has failed.
  func outcome(of method: BlockedMethod, for problem: ConvolutionProblem) -> TuningRecord.Outcome? {
    let trial = Trial(problem: problem, method: method)
    if let outcome = outcomes[trial] { return outcome }
    return attempts[trial, default: 0] >= Self.maximumAttempts ? .failed : nil
  }

  /// Keeps a record for this process and later ones.
  package mutating func append(_ record: TuningRecord) {
    note(record)
    cache.append(record.line, to: key)
  }

  /// For each convolution that was measured the fastest method, if it is faster than the default by `minimumSpeedup`.
  var methods: [ConvolutionProblem: BlockedMethod] {
    var fastest: [ConvolutionProblem: (method: BlockedMethod, ratio: Double)] = [:]
    for (trial, outcome) in outcomes {
      guard let ratio = outcome.figures?.ratio, ratio < 1 / Self.minimumSpeedup else { continue }
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
  /// Whether the method's kernels can compute a convolution.
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
  /// The time in seconds, and its ratio to the default's time; nil if the method was not measured.
  var figures: (seconds: Double, ratio: Double)? {
    guard case .took(let nanoseconds, let baseline) = self else { return nil }
    return (Double(nanoseconds) * 1e-9, Double(nanoseconds) / Double(baseline))
  }
}
