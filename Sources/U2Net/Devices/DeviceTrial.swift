import Caches
import Engine
import OpenCL
import Tensors

/// Compiling for a device whose driver may end or block the process: what was not built before is first built in a process
/// of its own, which leaves the programs in the cache. A driver that has built everything before costs nothing.
struct DeviceTrial {
  let device: Device
  let options: CompilationOptions

  /// Compiles a model, once the driver has shown that it can be trusted with it.
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
  /// - Parameter progress: called where something takes long.
  func compileHere(
    _ model: Model, for input: Shape, buildsUntried: Bool, progress: @escaping @Sendable () -> Void = {}
  ) throws -> CompiledNetwork {
    let session = try DeviceSession(
      device: device, cache: options.cache, usesTunings: options.usesTunings, buildsUntried: buildsUntried,
      progress: progress)
    try SelfCheck.run(in: session)
    let network = try CompiledNetwork(model, for: input, options, in: session)
    // What comes later, such as the kernels that refine edges, is built where it is needed.
    session.trustDriver()
    return network
  }

  /// Whether there is a process to try it in, and sense in it: without a cache it would be tried each time, which drivers
  /// that are tested with on every change are spared.
  private func mayNeedProcess(_ model: Model) -> Bool {
    guard DriverProcess.executable != nil, model.source != nil else { return false }
    if case .folder = options.cache.location, options.cache.problem == nil { return true }
    return !device.isOfKnownCPUDriver
  }

  /// How often a process may end over one kernel or another before the device is given up.
  private static let mostAttempts = 4

  /// - Throws: `Failure` where the driver ends every process in which it compiles.
  private func tryElsewhere(_ model: Model, for input: Shape) throws {
    guard let source = model.source, let index = try Device.all().firstIndex(of: device) else { return }
    let request = DriverProcess.CompileRequest(
      index: index, identity: device.identity, model: source, input: input.dimensions, maps: options.maps,
      precision: options.precision, plan: options.plan, usesTunings: options.usesTunings)
    // The process keeps what it finds where this one looks for it.
    var environment: [String: String] = [:]
    if case .folder(let folder) = options.cache.location { environment[CacheLocation.variable] = folder }
    var reason = ""
    for _ in 0..<Self.mostAttempts {
      switch DriverProcess.run(.compile(request), environment: environment) {
      case .fine, nil: return
      case .bad(let end): reason = end
      }
      // What is known of its kernels after that may let it live the next time.
      guard DeviceSession.endedOverKernels(device, cache: options.cache) else { break }
    }
    var health = DeviceHealth(device, cache: options.cache)
    throw health.fail("its driver \(reason) while it compiled")
  }
}

/// What is known of a device with its driver: that programs were built and run for it, or that it is of no use, which is
/// found out once and told each time.
struct DeviceHealth {
  private let device: Device
  private var journal: DeviceJournal

  private static let sound = "sound"

  /// - Parameter cache: nil to remember nothing.
  init(_ device: Device, cache: Cache?) {
    self.device = device
    journal = DeviceJournal(["health", u2clVersion] + device.identity, cache: cache)
  }

  /// Whether an earlier process used the device and came to no harm.
  var isSound: Bool { journal.lines.last == Self.sound }

  /// Why it is of no use; nil where nothing is known against it.
  var failure: Failure? {
    guard let reason = journal.lines.last, reason != Self.sound else { return nil }
    return failure(for: reason)
  }

  private func failure(for reason: String) -> Failure {
    Failure(.device, "\(device.name) cannot be used with driver \(device.driverVersion): \(reason)")
  }

  /// Keeps that it works.
  mutating func noteSound() {
    if !isSound { journal.append(Self.sound) }
  }

  /// Keeps a reason not to use it, and says it.
  mutating func fail(_ reason: String) -> Failure {
    journal.append(reason)
    return failure(for: reason)
  }
}
