import Kernels
import Networks
import OpenCL
import Tensors

/// Tries the kernels of a GPU's plans before a network uses them. Each runs in a small network and is compared with the
/// portable kernels, once for each device and driver. A kernel that does not build, does not run or computes something
/// else is refused from then on. The next plan uses smaller tiles instead or, if none is left, portable kernels.
struct KernelTrials {
  let session: DeviceSession
  let precision: Precision

  /// Tries the plan's kernels of this precision that have not been tried yet.
  ///
  /// - Returns: whether all of the plan's kernels may be used; if not, make the plan anew.
  func accept(_ plan: Plan, _ tuning: KernelTuning) throws -> Bool {
    var log = session.kernelTrials(precision)
    let own = try session.tuning(for: precision)
    // The kernels that all others need come first. After a refusal, the plan may not need the rest.
    return try subjects(of: plan, tuning, log).sorted { $0.isBorder && !$1.isBorder }.allSatisfy { subject in
      try passes(subject, own, &log)
    }
  }

  /// The subjects that have not been tried, each once.
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
      // A kernel that failed because of its size may be tried in smaller work-groups.
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

  /// The largest work-group that the driver reports for a kernel; nil if the kernel does not build.
  private func groupLimit(of variant: KernelVariant) -> Int? {
    (try? session.kernel(variant))?.maxWorkGroupSize(on: session.device)
  }

  /// The kernel of a trial that failed.
  struct Blame {
    let function: String
    /// The variant's options; nil for all variants of the function.
    var options: String?
    /// Whether the kernel's work-groups may be too large for the device.
    var mayBeTooLarge = false
    /// The largest work-group that the device accepts; nil if that is not known.
    var groupLimit: Int?
  }

  /// Nil if the kernels are right; otherwise the reason, and the kernel to blame if that is known.
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

  /// The function of a program that holds only one.
  private static func function(of error: CLBuildError) -> String? {
    error.program.hasSuffix(".cl") ? String(error.program.dropLast(3)) : nil
  }

  /// The kernels that a plan launches, and the sizes of their work-groups.
  private static func groups(of plan: Plan, _ tuning: KernelTuning) throws -> [KernelVariant: Int] {
    try Dictionary(
      plan.launches(tuning).map { ($0.variant, $0.group.reduce(1, *)) }, uniquingKeysWith: { first, _ in first })
  }
}

extension CLStatus {
  /// Whether a launch may fail with this status because work-groups need too much local memory or too many registers.
  fileprivate var mayBeOfLargeGroup: Bool { [.invalidWorkGroupSize, .outOfResources].contains(self) }
}

extension KernelTrialSubject {
  fileprivate var isBorder: Bool { if case .borders = self { true } else { false } }

  /// The trial's kernels that are refused: the one that failed or, if that is not known, all those that have other
  /// variants.
  fileprivate func refused(of variants: Set<KernelVariant>, _ blame: KernelTrials.Blame?) -> [KernelVariant] {
    let blamed = variants.filter { variant in
      guard let blame else { return !isBorder || variant.source.takesConstants }
      return variant.function == blame.function && (blame.options ?? variant.options) == variant.options
    }
    return Array(blamed.isEmpty ? variants : blamed)
  }

  /// Whether the trial is about a kernel of its network.
  fileprivate func isAbout(_ variant: KernelVariant) -> Bool {
    let own: Set<KernelSource> = [.conv2dGEMM, .conv2dSubgroup]
    return isBorder ? !own.contains(variant.source) && variant.isForBlocks : own.contains(variant.source)
  }
}

extension KernelVariant {
  /// Whether the kernel works on blocks, so that portable kernels can replace it.
  fileprivate var isForBlocks: Bool {
    source.sharedProgram == .blocksGPU || [.conv2dPlanarToC16GPU, .conv2dC16ToPlanarGPU].contains(source)
  }
}
