import Caches
import Engine
import Host
import OpenCL
import Tensors

/// Compiles models for a device whose driver may end or block the process.
///
/// Programs that the driver has not built before are first built in a process of their own, which leaves them in the
/// cache. A driver that has built everything before costs nothing.
struct DeviceTrial {
  let device: Device
  let options: CompilationOptions

  /// Compiles a model, in another process first if the driver has not built all of its programs before.
  ///
  /// - Throws: `Failure` if the driver ends or blocks that process, and whatever compiling throws.
  func compile(_ model: Model, for input: Shape) throws -> CompiledNetwork {
    var health = DeviceHealth(device, cache: options.cache)
    if let failure = health.failure { throw failure }
    guard mayNeedProcess(model) else { return try compileHere(model, for: input, buildsUntried: true) }
    if health.isSound {
      do { return try compileHere(model, for: input, buildsUntried: false) } catch is UntriedProgramError {}
    }
    try tryElsewhere(model, for: input)
    let network = try compileHere(model, for: input, buildsUntried: true)
    health.noteSound()
    return network
  }

  /// Compiles a model in this process.
  ///
  /// - Parameter progress: called between steps that may take long.
  func compileHere(
    _ model: Model, for input: Shape, buildsUntried: Bool, progress: @escaping @Sendable () -> Void = {}
  ) throws -> CompiledNetwork {
    let session = try DeviceSession(
      device: device, cache: options.cache, usesTunings: options.usesTunings, buildsUntried: buildsUntried,
      progress: progress)
    try SelfCheck.run(in: session)
    let network = try CompiledNetwork(model, for: input, options, in: session)
    // Later programs, such as the kernels that refine edges, are built when they are needed.
    session.trustDriver()
    return network
  }

  /// Whether there is a process to try the driver in, and a point in doing so. Without a cache the trial would be
  /// repeated each time; drivers that u2cl is tested with are trusted then, unless something is short.
  private func mayNeedProcess(_ model: Model) -> Bool {
    guard DriverProcess.executable != nil, model.source != nil else { return false }
    if !Host.restrictions.isEmpty { return true }
    if case .folder = options.cache.location, options.cache.problem == nil { return true }
    return !device.isOfKnownCPUDriver
  }

  /// The number of processes that may end over one kernel or another before the device is given up.
  private static let mostAttempts = 4

  /// - Throws: `Failure` if the driver ends every process in which it compiles.
  private func tryElsewhere(_ model: Model, for input: Shape) throws {
    guard let source = model.source, let index = try Device.all().firstIndex(of: device) else { return }
    let request = DriverProcess.CompileRequest(
      index: index, identity: device.identity, model: source, input: input.dimensions, maps: options.maps,
      precision: options.precision, plan: options.plan, usesTunings: options.usesTunings)
    // The other process keeps its programs where this one looks for them.
    var environment: [String: String] = [:]
    if case .folder(let folder) = options.cache.location { environment[CacheLocation.variable] = folder }
    var health = DeviceHealth(device, cache: options.cache)
    var reason = ""
    for _ in 0..<Self.mostAttempts {
      switch DriverProcess.run(.compile(request), environment: environment) {
      case .fine: return
      case nil where Host.restrictions.isEmpty: return
      case nil: throw health.fail("its driver cannot be tried, because no process can be started")
      case .bad(let end): reason = end
      }
      // The next process leaves out the kernel over which this one ended.
      guard DeviceSession.endedOverKernels(device, cache: options.cache) else { break }
    }
    throw health.fail("its driver \(reason) while it compiled")
  }
}
