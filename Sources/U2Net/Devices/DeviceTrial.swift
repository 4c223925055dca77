import Caches
import Engine
import Host
import Networks
import OpenCL
import Tensors

/// Compiles models for a device whose driver may end or block the process.
///
/// Programs that the driver has not built before are first built in a process of their own, which leaves them in the
/// cache. A driver that has built everything before costs nothing.
struct DeviceTrial {
  let device: Device
  let options: CompilationOptions

  /// Compiles a model, in other processes first if the driver has not built all of its programs before.
  ///
  /// - Throws: `Failure` if the driver ends or blocks such a process; `ReferenceAnswers` if the CPU reference should
  ///   answer instead of compiling; whatever compiling throws.
  func compile(_ model: Model, for input: Shape) throws -> CompiledNetwork {
    var health = DeviceHealth(device, cache: options.cache)
    if let failure = health.failure { throw failure }
    let start = ContinuousClock.now
    let needsProcess = mayNeedProcess(model)
    if health.isSound, needsProcess || options.answersMeanwhile {
      do { return try compileHere(model, for: input, buildsUntried: false, observer) } catch is UntriedProgramError {}
    }
    if options.answersMeanwhile, isOfKnownDriver { try leaveToReference(model, for: input) }
    guard needsProcess else {
      return try counting(from: start, compileHere(model, for: input, buildsUntried: true, observer))
    }
    try tryElsewhere(model, for: input)
    let network = try compileHere(model, for: input, buildsUntried: true, observer)
    health.noteSound()
    return counting(from: start, network, all: true)
  }

  /// Tells the options' functions of the programs that are built in this process, whose number is not known before.
  private var observer: BuildObserver {
    let (report, isCancelled) = (options.progress, options.isCancelled)
    return BuildObserver(
      progress: { report(ProgramProgress(done: $0, total: nil)) }, isCancelled: isCancelled)
  }

  /// Adds to a network what it has cost to compile its programs.
  ///
  /// - Parameter all: whether the programs that were loaded had just been compiled by other processes.
  private func counting(
    from start: ContinuousClock.Instant, _ network: CompiledNetwork, all: Bool = false
  ) -> CompiledNetwork {
    guard let counts = network.session?.programCounts else { return network }
    let programs = counts.built + (all ? counts.loaded : 0)
    guard programs > 0 else { return network }
    var network = network
    if network.cacheHit != nil { network.cacheHit = false }
    network.cost = CompilationCost(programs: programs, seconds: start.duration(to: .now) / .seconds(1))
    return network
  }

  /// Compiles a model in this process.
  ///
  /// - Parameter observer: hears of each program that is built, and may cancel.
  func compileHere(
    _ model: Model, for input: Shape, buildsUntried: Bool, _ observer: BuildObserver
  ) throws -> CompiledNetwork {
    let session = try DeviceSession(
      device: device, cache: options.cache, usesTunings: options.usesTunings, buildsUntried: buildsUntried,
      observer: observer)
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
  /// The most processes that compile side by side. Each takes about 150 MiB on PoCL.
  private static let mostProcesses = 8

  /// Whether the driver's kernels need no trial. Under limits nothing runs beside the process that tries the driver.
  private var isOfKnownDriver: Bool {
    device.isOfKnownCPUDriver && options.precision != .fp16 && Host.restrictions.isEmpty
  }

  /// What another process needs to compile a model; nil if it cannot.
  private func request(_ model: Model, for input: Shape) throws -> DriverProcess.CompileRequest? {
    guard let source = model.source, let index = try Device.all().firstIndex(of: device) else { return nil }
    return DriverProcess.CompileRequest(
      index: index, identity: device.identity, model: source, input: input.dimensions, maps: options.maps,
      precision: options.precision, plan: options.plan, usesTunings: options.usesTunings,
      isInBackground: options.isInBackground)
  }

  /// Starts compiling in the background, unless the reference would be slow.
  ///
  /// - Throws: `ReferenceAnswers` if the reference should answer.
  private func leaveToReference(_ model: Model, for input: Shape) throws {
    let graph = options.maps.applied(to: try model.network.graph(for: input))
    guard DevicePreparation.isWorthwhile(graph.multiplyAccumulates), options.cache.location != .off else { return }
    guard options.cache.isWritable else { throw ReferenceAnswers.asNothingIsKept }
    guard let request = try request(model, for: input), DevicePreparation.start(request, cache: options.cache) else {
      return
    }
    throw ReferenceAnswers.duringPreparation
  }

  /// - Throws: `Failure` if the driver ends every process in which it compiles.
  private func tryElsewhere(_ model: Model, for input: Shape) throws {
    guard let request = try request(model, for: input) else { return }
    let processes = isOfKnownDriver ? min(Host.threadCount, Self.mostProcesses) : 1
    if let reason = processes > 1 ? buildSideBySide(request, processes) : compileAlone(request) {
      var health = DeviceHealth(device, cache: options.cache)
      throw health.fail("its driver \(reason) while it compiled")
    }
  }

  /// The other processes keep their programs where this one looks for them.
  private var environment: [String: String] {
    guard case .folder(let folder) = options.cache.location else { return [:] }
    return [CacheLocation.variable: folder]
  }

  /// Builds the programs in several processes at once, for drivers whose kernels need no trial.
  ///
  /// - Returns: how one of the processes ended; nil if all went well.
  private func buildSideBySide(_ request: DriverProcess.CompileRequest, _ count: Int) -> String? {
    let counter = ProgramCounter(options.progress)
    let verdicts = (0..<count).mapInParallel { part in
      DriverProcess.run(
        .build(request, part: part, count: count), environment: environment, heard: counter.hear)
    }
    return verdicts.lazy.compactMap { $0?.complaint }.first
  }

  /// Compiles in one process, and in another one without the kernel over which the last one ended.
  ///
  /// - Returns: how the last process ended; nil if it went well.
  private func compileAlone(_ request: DriverProcess.CompileRequest) -> String? {
    var reason: String?
    for _ in 0..<Self.mostAttempts {
      let verdict = DriverProcess.run(.compile(request), environment: environment)
      if verdict == nil, !Host.restrictions.isEmpty { return "could not be tried in a process of its own" }
      reason = verdict?.complaint
      guard reason != nil, DeviceSession.endedOverKernels(device, cache: options.cache) else { break }
    }
    return reason
  }
}

extension DriverProcess.Verdict {
  /// How the driver ended or blocked the process; nil if it did not.
  fileprivate var complaint: String? { if case .bad(let end) = self { end } else { nil } }
}
