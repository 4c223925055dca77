public import Caches
import Kernels
public import OpenCL

/// A device made ready: its context, and the programs built for it so far. Executors of one session share both.
public final class DeviceSession: Sendable {
  /// The device.
  public let device: Device
  let context: Context
  private let programs: ProgramLibrary

  /// A session on a device; nothing is built yet.
  ///
  /// - Parameter cache: where programs are kept from one process to the next; nil for nowhere.
  public init(device: Device, cache: Cache? = nil) throws {
    self.device = device
    context = try Context(device: device)
    programs = ProgramLibrary(context: context, cache: device.platform.keepsPrograms ? nil : cache)
  }

  /// How the programs so far came to be.
  public var programCounts: ProgramCounts { programs.counts }

  /// A new kernel, for one launch's own arguments; its program is made when it is first needed.
  func kernel(_ name: String, from source: KernelSource, options: String) throws -> Kernel {
    try programs.kernel(name, of: ProgramSource(source, options: options))
  }
}
