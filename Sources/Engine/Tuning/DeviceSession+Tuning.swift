import Networks
package import OpenCL
import Synchronization
public import Tensors
package import Caches

// How a session's device computes networks. Everything here uses executors with given tunings; `Executor` itself
// chooses none.
extension DeviceSession {
  /// The tuning for a precision.
  ///
  /// On a GPU, and for half precision on any device, its kernels were tried on the device, and those that failed are
  /// left out. On a CPU, half precision uses the kernels for GPUs, which are right there but slower than float32. For
  /// bfloat16 there are only the portable kernels.
  package func tuning(for precision: Precision) throws -> KernelTuning {
    var tuning = try tuningBeforeTrials(for: precision)
    guard tuning.gpu != nil else { return tuning }
    let log = kernelTrials(precision)
    tuning.gpu?.refused = Set(log.refused.keys)
    tuning.gpu?.refusedFunctions = log.refusedFunctions
    tuning.gpu?.groupLimits = log.groupLimits
    if let note = log.note(on: device.name) { tuning.notes.append(note) }
    guard let gpu = tuning.gpu, gpu.isComplete else {
      tuning.gpu = nil
      tuning.hasBlockKernels = false
      tuning.methods = [:]
      return tuning
    }
    tuning.methods = tuning.methods.filter { $0.value.fits($0.key, on: gpu) }
    return tuning
  }

  private func tuningBeforeTrials(for precision: Precision) throws -> KernelTuning {
    if let known = tunings.withLock({ $0[precision] }) { return known }
    var tuning = KernelTuning(for: device)
    if precision == .bfloat16 {
      tuning = .portable(for: device, precision: precision)
    } else if device.kind == .gpu || precision == .float16 {
      let selection = try GPUKernelSelection(session: self, precision: precision).result()
      tuning.gpu = selection.fastest
      tuning.notes = selection.notes
    } else if device.kind == .cpu, !device.isOfKnownCPUDriver {
      try CPUTrial(session: self).apply(to: &tuning)
    }
    if let tuningCache, tuning.hasBlockKernels {
      let journal = TuningJournal(of: device, tuning.gpu, in: tuningCache)
      tuning.methods = journal.methods.filter { $0.value.fits($0.key, on: tuning.gpu) }
    }
    tunings.withLock { $0[precision] = tuning }
    return tuning
  }

  /// The trials of a GPU's kernels so far.
  func kernelTrials(_ precision: Precision) -> KernelTrialLog {
    trials.withLock { trials in
      if let known = trials[precision] { return known }
      let log = KernelTrialLog(journal(of: "kernels", precision.rawValue))
      trials[precision] = log
      return log
    }
  }

  /// Replaces the trials of a GPU's kernels so far.
  func keep(_ log: KernelTrialLog, for precision: Precision) { trials.withLock { $0[precision] = log } }

  /// Whether an earlier process ended while it tried kernels that others can replace.
  package static func endedOverKernels(_ device: Device, cache: Cache) -> Bool {
    let isOpen = Precision.onBlocksOfGPUs.contains { precision in
      KernelTrialLog.isOpen(DeviceJournal.of(device, ["kernels", precision.rawValue], cache: cache))
        || GPUKernelSelection.isOpen(DeviceJournal.of(device, ["trial", precision.rawValue], cache: cache))
    }
    return isOpen || CPUTrial.isOpen(DeviceJournal.of(device, [CPUTrial.subject], cache: cache))
  }

  /// The plan of a graph and its tuning, with kernels that are known to work on the device.
  ///
  /// - Parameter singleBlocks: the names of the network's blocks that are stored as float32 in any case.
  /// - Throws: `UncomputableStepError`, `UntriedProgramError`, `CLError`.
  func plan(
    of graph: Graph, _ options: PlanOptions, _ precision: Precision, singleBlocks: Set<String>
  ) throws -> (plan: Plan, tuning: KernelTuning) {
    // Every turn refuses a variant, of which there are few. The limit guards against a fault of ours.
    for _ in 0..<100 {
      var tuning = try tuning(for: precision)
      if !singleBlocks.isEmpty, tuning.precision == .float16 {
        tuning.exception = PrecisionOverride(blocks: singleBlocks, tuning: try self.tuning(for: .float32))
      }
      let plan = Plan(graph, options: options, tuning: tuning)
      let precisions: [Precision] = tuning.exception == nil ? [precision] : [precision, .float32]
      let isAccepted = try precisions.allSatisfy { precision in
        try KernelTrials(session: self, precision: precision).accept(plan, tuning)
      }
      if isAccepted { return (plan, tuning) }
    }
    throw UncomputableStepError(layer: graph.nodes[graph.outputs[0].node].name)
  }

  /// The number of convolutions for which a tuner found a method faster than the default.
  ///
  /// - Throws: `CLError` if kernels must be tried first and the device fails.
  public func tunedCount(for precision: Precision = .float32) throws -> Int {
    try tuning(for: precision).methods.count
  }
}
