import Kernels
public import OpenCL
import Synchronization
import Tensors

/// A device made ready: its context, and the programs built for it so far. Executors of one session share both.
public final class DeviceSession: Sendable {
  /// The device.
  public let device: Device
  let context: Context
  private let programs = Mutex<[ProgramKey: Program]>([:])
  let trials = Mutex<[Precision: GPUTrial.Result]>([:])

  private struct ProgramKey: Hashable {
    let source: KernelSource
    let options: String
  }

  /// A session on a device; nothing is built yet.
  public init(device: Device) throws {
    self.device = device
    context = try Context(device: device)
  }

  /// A new kernel, for one launch's own arguments; its program is built when it is first needed.
  func kernel(_ name: String, from source: KernelSource, options: String) throws -> Kernel {
    let key = ProgramKey(source: source, options: options)
    let program = try programs.withLock { programs in
      if let program = programs[key] { return program }
      let program = try Program(context: context, name: source.fileName, source: source.text, options: options)
      programs[key] = program
      return program
    }
    return try Kernel(program: program, name: name)
  }
}
