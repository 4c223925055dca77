import Kernels
import Networks
import OpenCL
import Tensors

/// Tries the kernels of a GPU's plans before a network is trusted to them: each in a small network of its own, compared
/// with the portable kernels, once for a device and a driver. What does not build, does not run, or computes something else
/// is refused from then on; the next plan does without, with smaller tiles or, where none is left, with portable kernels.
struct KernelTrials {
  let session: DeviceSession
  let precision: Precision

  /// Tries what a plan uses of this precision and what was not tried yet.
  ///
  /// - Returns: whether all of it may be used; where not, the plan is to be made anew.
  func accept(_ plan: Plan, _ tuning: KernelTuning) throws -> Bool {
    var log = session.kernelTrials(precision)
    let own = try session.tuning(for: precision)
    // What everything else stands on comes first. Behind a kernel that is refused the others may be planned anew.
    return try subjects(of: plan, tuning, log).sorted { $0.isBorder && !$1.isBorder }.allSatisfy { subject in
      try passes(subject, own, &log)
    }
  }

  /// What is to be tried, each once.
  private func subjects(of plan: Plan, _ tuning: KernelTuning, _ log: KernelTrialLog) -> [KernelTrialSubject] {
    var known = log.passed
    return plan.steps.compactMap { step in
      guard let gpu = tuning.of(step).gpu, gpu.precision == precision,
        let subject = KernelTrialSubject(step, in: plan), known.insert(subject.text(gpu)).inserted
      else { return nil }
      return subject
    }
  }

  private func passes(
    _ subject: KernelTrialSubject, _ tuning: KernelTuning, _ log: inout KernelTrialLog
  ) throws -> Bool {
    guard let gpu = tuning.gpu else { return false }
    let text = subject.text(gpu)
    let (graph, forced) = try subject.graph(tuning)
    let groups = try Self.groups(of: Plan(graph, tuning: forced), forced).filter { subject.isAbout($0.key) }
    let variants = Set(groups.keys)
    try session.beginTrial(text)
    log.append(KernelTrialRecord(text, .begun, variants))
    let outcome = try outcome(of: subject, graph, forced)
    if let (reason, blame) = outcome {
      let refused = subject.refused(of: variants, blame)
      // What fails by its size may be tried in smaller groups.
      let smallest = refused.compactMap { groups[$0] }.min() ?? 1
      let told = refused.compactMap { groupLimit(of: $0) }.min() ?? .max
      let limit = blame?.mayBeTooLarge ?? false ? min(blame?.groupLimit ?? .max, told, smallest - 1) : nil
      log.append(KernelTrialRecord(text, .refused, refused, reason: reason, groupLimit: limit))
    } else {
      log.append(KernelTrialRecord(text, .right, []))
    }
    session.keep(log, for: precision)
    return outcome == nil
  }

  /// The most work-items of a group that the driver says it runs of a kernel; nil where that does not build.
  private func groupLimit(of variant: KernelVariant) -> Int? {
    (try? session.kernel(variant))?.maxWorkGroupSize(on: session.device)
  }

  /// Which of a trial's kernels failed.
  struct Blame {
    let function: String
    /// Nil where the trial has one variant of the function.
    var options: String?
    /// Whether its work-groups may be too large for the device.
    var mayBeTooLarge = false
    /// The most work-items of a group that the driver says it runs; nil where it does not say.
    var groupLimit: Int?
  }

  /// Nil where the kernels are right; otherwise why they are not, and which kernel is to blame where that is known.
  private func outcome(
    of subject: KernelTrialSubject, _ graph: Graph, _ tuning: KernelTuning
  ) throws -> (reason: String, blame: Blame?)? {
    do {
      let difference = try session.differenceFromPortable(of: graph, tuning)
      return difference <= precision.trialTolerance ? nil : ("computed wrongly, by \(difference)", nil)
    } catch let error as WorkGroupSizeError {
      let variant = error.variant
      return (
        "its work-groups are too large",
        Blame(
          function: variant.function, options: variant.options, mayBeTooLarge: true, groupLimit: error.limit)
      )
    } catch let error as CLBuildError {
      return ("does not build", Self.function(of: error).map { Blame(function: $0) })
    } catch let error as SubgroupSizeError {
      return ("\(error)", nil)
    } catch let error as CLError {
      let blame = Self.function(of: error).map { function in
        Blame(function: function, mayBeTooLarge: error.status.mayBeOfLargeGroup)
      }
      return ("fails with \(error.status)", blame)
    }
  }

  /// The function whose launch failed.
  private static func function(of error: CLError) -> String? {
    guard error.call == "clEnqueueNDRangeKernel" else { return nil }
    return error.subject.split(separator: " ").last.map(String.init)
  }

  /// The function of a program that holds one.
  private static func function(of error: CLBuildError) -> String? {
    error.program.hasSuffix(".cl") ? String(error.program.dropLast(3)) : nil
  }

  /// The kernels that a plan launches, and the work-items of their groups.
  private static func groups(of plan: Plan, _ tuning: KernelTuning) throws -> [KernelVariant: Int] {
    try Dictionary(
      plan.launches(tuning).map { ($0.variant, $0.group.reduce(1, *)) }, uniquingKeysWith: { first, _ in first })
  }
}

extension CLStatus {
  /// Whether a kernel's launch may fail so for the size of its groups: what they share, or registers, do not suffice.
  fileprivate var mayBeOfLargeGroup: Bool { [.invalidWorkGroupSize, .outOfResources].contains(self) }
}

extension KernelTrialSubject {
  fileprivate var isBorder: Bool { if case .borders = self { true } else { false } }

  /// What is refused of the trial's kernels: the one that failed, or, where nobody knows which, those that there are other
  /// variants of.
  fileprivate func refused(of variants: Set<KernelVariant>, _ blame: KernelTrials.Blame?) -> [KernelVariant] {
    let blamed = variants.filter { variant in
      guard let blame else { return !isBorder || variant.source.takesConstants }
      return variant.function == blame.function && (blame.options ?? variant.options) == variant.options
    }
    return Array(blamed.isEmpty ? variants : blamed)
  }

  /// Whether a kernel of the trial's network is one that the trial is about.
  fileprivate func isAbout(_ variant: KernelVariant) -> Bool {
    let own: Set<KernelSource> = [.conv2dGEMM, .conv2dSubgroup]
    return isBorder ? !own.contains(variant.source) && variant.isForBlocks : own.contains(variant.source)
  }
}

extension KernelVariant {
  /// Whether it is one of those that portable kernels stand in for.
  fileprivate var isForBlocks: Bool {
    source.sharedProgram == .blocksGPU || [.conv2dPlanarToC16GPU, .conv2dC16ToPlanarGPU].contains(source)
  }
}

extension Precision {
  /// How far a kernel may lie off, relative to the largest value: float32 sums in another order, or a few roundings to
  /// 11 or 8 significant bits.
  var trialTolerance: Float {
    switch self {
    case .float32: 2e-5
    case .float16: 1e-2
    case .bfloat16: 8e-2
    }
  }
}

extension DeviceSession {
  /// How far a graph's outputs with seeded weights lie from those of the portable kernels, relative to their largest value.
  func differenceFromPortable(of graph: Graph, _ tuning: KernelTuning) throws -> Float {
    let input = SeededParameters.input(shape: graph.inputShape)
    let expected = try portable(graph).run(input)
    let found = try Executor(
      graph: graph, parameters: SeededParameters(for: graph), session: self, options: PlanOptions(), tuning: tuning
    ).run(input)
    return zip(found, expected).map { $0.relativeDifference(to: $1) }.max() ?? .infinity
  }

  /// A graph by the portable kernels alone.
  private func portable(_ graph: Graph) throws -> Executor {
    var options = PlanOptions()
    options.usesBlocks = false
    options.usesWinograd = false
    return try Executor(
      graph: graph, parameters: SeededParameters(for: graph), session: self, options: options,
      tuning: KernelTuning(for: device))
  }
}
