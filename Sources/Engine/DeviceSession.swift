public import Caches
package import Kernels
import Networks
public import OpenCL
import Synchronization
public import Tensors

/// A device made ready: its context, and the programs built for it so far. Executors of one session share both.
public final class DeviceSession: Sendable {
  /// The device.
  public let device: Device
  package let context: Context
  private let programs: ProgramLibrary
  /// Where what was found the fastest is kept; nil where that is not used.
  private let journals: Cache?
  /// Where anything is kept.
  package let cache: Cache?
  private let policy: BuildPolicy
  /// The most work-items of a work-group that launches were seen to work with; nil for what the driver says.
  package var groupLimit: Int? {
    get { smallestGroup.withLock { $0 } }
    set { smallestGroup.withLock { $0 = newValue } }
  }
  private let smallestGroup = Mutex<Int?>(nil)
  /// The constants and methods that executors of the session use.
  private let tunings = Mutex<[Precision: KernelTuning]>([:])
  private let trials = Mutex<[Precision: KernelTrialLog]>([:])

  /// A session on a device; nothing is built yet.
  ///
  /// - Parameters:
  ///   - cache: where programs are kept from one process to the next, and what was found the fastest; nil for nowhere.
  ///   - usesTunings: whether what was found the fastest is used; where not, the defaults are.
  public convenience init(device: Device, cache: Cache? = nil, usesTunings: Bool = true) throws {
    try self.init(device: device, cache: cache, usesTunings: usesTunings, buildsUntried: true)
  }

  /// - Parameters:
  ///   - buildsUntried: whether programs are built that the driver has never built before; where not, one that is needed
  ///     is an `UntriedProgramError`.
  ///   - progress: called before and after each program that is built.
  package init(
    device: Device, cache: Cache?, usesTunings: Bool, buildsUntried: Bool = true,
    progress: @escaping @Sendable () -> Void = {}
  ) throws {
    journals = usesTunings ? cache : nil
    self.cache = cache
    self.device = device
    context = try Context(device: device)
    policy = BuildPolicy(buildsUntried: buildsUntried, progress: progress)
    programs = ProgramLibrary(context: context, cache: cache, policy: policy)
  }

  /// The constants and methods for a precision; on a GPU, and for half precision, with kernels that were tried on the
  /// device, but for those that it refused.
  ///
  /// On a CPU half precision is computed by the same kernels as on a GPU: right, but slower than float32. For bfloat16
  /// there are the portable kernels alone.
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
      let trial = try GPUKernelSelection(session: self, precision: precision).result()
      tuning.gpu = trial.fastest
      tuning.notes = trial.notes
    } else if device.kind == .cpu, !device.isOfKnownCPUDriver {
      try CPUTrial(session: self).apply(to: &tuning)
    }
    if let journals, tuning.hasBlockKernels {
      let journal = TuningJournal(of: device, tuning.gpu, in: journals)
      tuning.methods = journal.methods.filter { $0.value.fits($0.key, on: tuning.gpu) }
    }
    tunings.withLock { $0[precision] = tuning }
    return tuning
  }

  /// What is known of the trials of a GPU's kernels.
  func kernelTrials(_ precision: Precision) -> KernelTrialLog {
    trials.withLock { trials in
      if let known = trials[precision] { return known }
      let log = KernelTrialLog(journal(of: "kernels", precision.rawValue))
      trials[precision] = log
      return log
    }
  }

  func keep(_ log: KernelTrialLog, for precision: Precision) { trials.withLock { $0[precision] = log } }

  /// Whether a process before this one ended while it tried kernels that others stand in for.
  package static func endedOverKernels(_ device: Device, cache: Cache) -> Bool {
    let isOpen = Precision.onBlocksOfGPUs.contains { precision in
      KernelTrialLog.isOpen(DeviceJournal.of(device, ["kernels", precision.rawValue], cache: cache))
        || GPUKernelSelection.isOpen(DeviceJournal.of(device, ["trial", precision.rawValue], cache: cache))
    }
    return isOpen || CPUTrial.isOpen(DeviceJournal.of(device, [CPUTrial.subject], cache: cache))
  }

  /// The plan of a graph for the device, and its tuning: with kernels that are known to work there.
  ///
  /// - Parameter singleBlocks: the names of the blocks that are stored as float32 in any case.
  func plan(
    of graph: Graph, _ options: PlanOptions, _ precision: Precision, singleBlocks: Set<String>
  ) throws -> (plan: Plan, tuning: KernelTuning) {
    // Every turn refuses a variant of which there are a few; what goes on for ever is a fault of ours.
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
    throw DivisionError(layer: graph.nodes[graph.outputs[0].node].name)
  }

  /// From now on the session builds programs that its driver has never built before.
  package func trustDriver() { policy.allowUntried() }

  /// Before kernels are tried that were not tried before: says that it takes a while.
  ///
  /// - Throws: `UntriedProgramError` where this process does not build what its driver has never built.
  func beginTrial(_ name: String) throws {
    guard policy.buildsUntried else { throw UntriedProgramError(program: name) }
    policy.progress()
  }

  /// The work-items of a group along one dimension: as many as are wanted, or as the device runs.
  package func rowGroup(of wanted: Int) -> Int { min(wanted, device.maxRowGroupSize, groupLimit ?? wanted) }

  /// How many convolutions have a method that was found the fastest by trying.
  public func tunedCount(for precision: Precision = .float32) throws -> Int {
    try tuning(for: precision).methods.count
  }

  /// Whether programs are kept from one process to the next.
  public var usesCache: Bool { programs.usesCache }

  /// How the programs so far came to be.
  public var programCounts: ProgramCounts { programs.counts }

  /// A new kernel, for one launch's own arguments; its program is made when it is first needed.
  package func kernel(_ name: String, from source: KernelSource, options: String = "") throws -> Kernel {
    try kernel(KernelVariant(function: name, source: source, options: options))
  }

  /// The same.
  func kernel(_ variant: KernelVariant) throws -> Kernel {
    try programs.kernel(variant.function, of: variant.program)
  }
}
