public import Caches
import Kernels
public import OpenCL

/// A device made ready: its context, and the programs built for it so far. Executors of one session share both.
public final class DeviceSession: Sendable {
  /// The device.
  public let device: Device
  let context: Context
  private let programs: ProgramLibrary
  /// The constants and methods that executors of the session use.
  let tuning: KernelTuning

  /// A session on a device; nothing is built yet.
  ///
  /// - Parameters:
  ///   - cache: where programs are kept from one process to the next, and what was found the fastest; nil for nowhere.
  ///   - usesTunings: whether what was found the fastest is used; where not, the defaults are.
  public init(device: Device, cache: Cache? = nil, usesTunings: Bool = true) throws {
    var tuning = KernelTuning(for: device)
    if let cache, usesTunings, tuning.hasBlockKernels {
      tuning.methods = TuningJournal(of: device, in: cache).methods
    }
    self.tuning = tuning
    self.device = device
    context = try Context(device: device)
    programs = ProgramLibrary(context: context, cache: device.platform.keepsPrograms ? nil : cache)
  }

  /// How many convolutions have a method that was found the fastest by trying.
  public var tunedCount: Int { tuning.methods.count }

  /// Whether programs are kept from one process to the next, by us: not where the driver does so itself.
  public var usesCache: Bool { programs.usesCache }

  /// How the programs so far came to be.
  public var programCounts: ProgramCounts { programs.counts }

  /// A new kernel, for one launch's own arguments; its program is made when it is first needed.
  func kernel(_ name: String, from source: KernelSource, options: String) throws -> Kernel {
    try programs.kernel(name, of: ProgramSource(source, options: options))
  }
}
