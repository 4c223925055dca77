public import Caches
package import Kernels
public import OpenCL
import Synchronization
import Tensors

/// A device ready for use: its context and the programs built for it so far, which executors of the session share.
public final class DeviceSession: Sendable {
  /// The device.
  public let device: Device
  package let context: Context
  private let programs: ProgramLibrary
  let policy: BuildPolicy
  /// Where programs and findings are kept; nil for nowhere.
  package let cache: Cache?
  /// Where the tuner's journals are read from; nil to use the defaults.
  let tuningCache: Cache?
  /// What is known of the kernels so far, by precision: see `tuning(for:)`.
  let tunings = Mutex<[Precision: KernelTuning]>([:])
  /// The trials of a GPU's kernels, by precision.
  let trials = Mutex<[Precision: KernelTrialLog]>([:])
  private let smallestGroup = Mutex<Int?>(nil)

  /// A session on a device. Nothing is built yet.
  ///
  /// - Parameters:
  ///   - cache: where programs and what a tuner found are kept between processes; nil for nowhere.
  ///   - usesTunings: whether to use what a tuner found, rather than the defaults.
  /// - Throws: `CLError`.
  public convenience init(device: Device, cache: Cache? = nil, usesTunings: Bool = true) throws {
    try self.init(device: device, cache: cache, usesTunings: usesTunings, buildsUntried: true)
  }

  /// - Parameters:
  ///   - buildsUntried: whether to build programs that the driver has never built before. If not, needing one is an
  ///     `UntriedProgramError`.
  ///   - observer: hears of each program that is built, and may cancel.
  package init(
    device: Device, cache: Cache?, usesTunings: Bool, buildsUntried: Bool = true,
    observer: BuildObserver = BuildObserver()
  ) throws {
    tuningCache = usesTunings ? cache : nil
    self.cache = cache
    self.device = device
    context = try Context(device: device)
    policy = BuildPolicy(buildsUntried: buildsUntried, observer: observer)
    programs = ProgramLibrary(context: context, cache: cache, policy: policy)
  }

  /// The largest work-group with which launches are known to work; nil to rely on the driver.
  package var groupLimit: Int? {
    get { smallestGroup.withLock { $0 } }
    set { smallestGroup.withLock { $0 = newValue } }
  }

  /// The size of a work-group along one dimension: `wanted`, or as large as the device can run.
  package func rowGroup(of wanted: Int) -> Int { min(wanted, device.maxRowGroupSize, groupLimit ?? wanted) }
}

// Programs.
extension DeviceSession {
  /// Lets the session build programs that the driver has never built before.
  package func trustDriver() { policy.allowUntried() }

  /// Call before trying kernels for the first time; reports progress.
  ///
  /// - Throws: `UntriedProgramError` if this process must not build what the driver has never built;
  ///   `CancellationError`.
  func beginTrial(_ name: String) throws {
    guard policy.buildsUntried else { throw UntriedProgramError(program: name) }
    try policy.proceed()
  }

  /// Whether programs are kept between processes.
  public var usesCache: Bool { programs.usesCache }

  /// The numbers of programs that were built and loaded so far.
  public var programCounts: ProgramCounts { programs.counts }

  /// A new kernel for the arguments of one launch. Its program is built or loaded when it is first needed.
  ///
  /// - Throws: `CLBuildError`, `UntriedProgramError`, `CLError`.
  package func kernel(_ name: String, from source: KernelSource, options: String = "") throws -> Kernel {
    try kernel(KernelVariant(function: name, source: source, options: options))
  }

  /// A new kernel for the arguments of one launch.
  func kernel(_ variant: KernelVariant) throws -> Kernel {
    try programs.kernel(variant.function, of: variant.program)
  }
}
