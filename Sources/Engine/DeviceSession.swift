public import Caches
package import Kernels
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
  let cache: Cache?
  /// The constants and methods that executors of the session use.
  private let tunings = Mutex<[Precision: KernelTuning]>([:])

  /// A session on a device; nothing is built yet.
  ///
  /// - Parameters:
  ///   - cache: where programs are kept from one process to the next, and what was found the fastest; nil for nowhere.
  ///   - usesTunings: whether what was found the fastest is used; where not, the defaults are.
  public init(device: Device, cache: Cache? = nil, usesTunings: Bool = true) throws {
    journals = usesTunings ? cache : nil
    self.cache = cache
    self.device = device
    context = try Context(device: device)
    programs = ProgramLibrary(context: context, cache: cache)
  }

  /// The constants and methods for a precision; on a GPU, and for half precision, with kernels that were tried on the
  /// device.
  ///
  /// On a CPU half precision is computed by the same kernels as on a GPU: right, but slower than float32.
  package func tuning(for precision: Precision) throws -> KernelTuning {
    if let known = tunings.withLock({ $0[precision] }) { return known }
    var tuning = KernelTuning(for: device)
    if device.kind == .gpu || precision == .float16 {
      let trial = try GPUTrial(session: self, precision: precision).result()
      tuning.gpu = trial.fastest
      tuning.notes = trial.notes
    }
    if let journals, tuning.hasBlockKernels {
      let journal = TuningJournal(of: device, tuning.gpu, in: journals)
      tuning.methods = journal.methods.filter { $0.value.fits($0.key, on: tuning.gpu) }
    }
    tunings.withLock { $0[precision] = tuning }
    return tuning
  }

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
    try programs.kernel(name, of: ProgramSource(source, options: options))
  }
}
