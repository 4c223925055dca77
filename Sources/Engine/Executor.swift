import CProcessMemory
public import Networks
public import OpenCL
public import Tensors

/// A graph compiled for one OpenCL device: a plan, its memory, and recorded launches that are replayed for each input.
///
/// Not Sendable: one thread at a time.
public final class Executor {
  /// The device that runs.
  public let device: Device
  /// The shape of what is fed, `[batch, channels, height, width]`.
  public let inputShape: Shape
  /// What it takes on the device.
  public let memory: MemoryUse
  /// How many launches one run is.
  public var launchCount: Int { workspace.recording.reduce(0) { $0 + $1.launches.count } }
  /// The names of the recorded blocks, in the order in which they run.
  public var blocks: [String] { workspace.recording.map(\.name) }

  /// How activations are stored: a 16-bit format where any of them is, else float32.
  public var precision: Precision { plan.values.lazy.map(\.precision).first { $0 != .float32 } ?? .float32 }
  /// How a GPU's kernels on blocks make their products, such as `halves on tensor cores (m16n8k16), cp.async`; nil for the
  /// kernels of CPUs.
  public var products: String? { tuning.gpu.map { "\($0)" } }
  /// What users should know of how kernels were chosen, each in one line.
  public var notes: [String] { tuning.notes }

  package let plan: Plan
  let graph: Graph
  let options: PlanOptions
  let tuning: KernelTuning
  /// The launches of each step.
  var launches: [[Launch]] { workspace.launches }
  /// The queue on which everything but every second overlapped run is computed, in order.
  package var queue: Queue { workspace.queue }
  private let session: DeviceSession
  private let parameters: ParameterMemory
  private let workspace: Workspace
  private var lanes = RunLanes()

  /// Device memory, in bytes.
  public struct MemoryUse: Hashable, Sendable {
    /// The arena of activations.
    public let activations: Int
    /// What the activations would take if none shared memory.
    public let activationsUnshared: Int
    /// The packed weights.
    public let parameters: Int
    /// What kernels keep for themselves while they run.
    public let scratch: Int
  }

  /// Compiles a graph for a session's device.
  ///
  /// - Parameters:
  ///   - precision: how activations and weights are stored; sums are float32 in any case.
  ///   - singleBlocks: the names of the blocks that are stored as float32 in any case.
  /// - Throws: `ParameterError` where the parameters do not fit the graph, `CLBuildError` where a kernel does not
  ///   build, `DeviceMemoryError`, `CLError`.
  public convenience init(
    graph: Graph, parameters: some ParameterSource, session: DeviceSession, options: PlanOptions = PlanOptions(),
    precision: Precision = .float32, singleBlocks: Set<String> = []
  ) throws {
    let (plan, tuning) = try session.plan(of: graph, options, precision, singleBlocks: singleBlocks)
    try self.init(
      graph: graph, parameters: parameters, session: session, options: options, tuning: tuning, plan: plan)
  }

  /// - Parameter tuning: how kernels are chosen; none of them is tried first.
  package convenience init(
    graph: Graph, parameters: some ParameterSource, session: DeviceSession, options: PlanOptions,
    tuning: KernelTuning
  ) throws {
    try self.init(
      graph: graph, parameters: parameters, session: session, options: options, tuning: tuning,
      plan: Plan(graph, options: options, tuning: tuning))
  }

  private init(
    graph: Graph, parameters: some ParameterSource, session: DeviceSession, options: PlanOptions,
    tuning: KernelTuning, plan: Plan
  ) throws {
    let queue = try Queue(context: session.context)
    try Self.checkMemory(for: plan, tuning, on: session.device)
    try graph.validate(parameters)
    let memory = try ParameterMemory(of: plan, tuning: tuning, queue: queue)
    var workspace = try Workspace(for: plan, tuning, queue: queue)
    if options.guardByteCount > 0 { try queue.fill(workspace.arena, with: Self.guardValue) }
    // Packing the weights takes about as long as building the programs.
    _ = try both(
      { try memory.fill(for: plan, graph: graph, from: parameters, tuning: tuning, queue: queue, on: session.device) },
      {
        // A driver's compiler is tens of megabytes of code, of no use once the programs are built.
        defer { u2cl_release_library_code(16 << 20) }
        try workspace.record(plan, tuning, parameters: memory, in: session)
      })
    self.workspace = workspace
    self.session = session
    self.parameters = memory
    device = session.device
    self.graph = graph
    self.options = options
    self.tuning = tuning
    self.plan = plan
    inputShape = graph.inputShape
    self.memory = MemoryUse(
      activations: workspace.arena.byteCount,
      activationsUnshared: graph.nodes.reduce(0) { $0 + $1.shape.elementCount } * MemoryLayout<Float>.stride,
      parameters: memory.buffer.byteCount, scratch: workspace.scratch.byteCount)
  }

  deinit { lanes.end() }

  /// Refuses what the device's memory cannot hold: drivers that hand out memory when it is first used would fail later.
  private static func checkMemory(for plan: Plan, _ tuning: KernelTuning, on device: Device) throws {
    let needed = plan.arenaByteCount + Recorder.scratchByteCount(for: plan, tuning)
    guard UInt64(needed) > device.globalMemory else { return }
    throw DeviceMemoryError(device: device.name, needed: needed, available: device.globalMemory, limit: .memory)
  }

  /// Runs the network.
  ///
  /// - Parameter input: of `inputShape`.
  /// - Returns: the graph's outputs, in its order.
  public func run(_ input: Tensor) throws -> [Tensor] {
    try upload(input)
    try compute()
    return try download()
  }

  /// Copies an input to the device.
  ///
  /// - Throws: `InputShapeError` where it is not of `inputShape`.
  public func upload(_ input: Tensor) throws {
    guard input.shape == inputShape else { throw InputShapeError(expected: inputShape, given: input.shape) }
    try input.values.withUnsafeBytes { try queue.write($0, to: workspace.arena, offset: byteOffset(of: plan.input)) }
  }

  /// Replays every block on the input that is on the device and waits.
  public func compute() throws {
    try enqueue()
    try finish()
  }

  /// Enqueues every block; does not wait.
  public func enqueue() throws { try workspace.enqueue() }

  /// Waits until everything enqueued so far has finished.
  public func finish() throws { try queue.finish() }

  /// Copies the outputs from the device.
  public func download() throws -> [Tensor] { try plan.outputs.map(read) }

  /// Enqueues a copy of an input, `inputShape.elementCount` floats, from another buffer of the context.
  package func enqueueInput(from buffer: Buffer) throws {
    try queue.copy(
      buffer, offset: 0, to: workspace.arena, targetOffset: byteOffset(of: plan.input), count: inputShape.byteCount)
  }

  /// Enqueues a copy of the first output to the beginning of another buffer of the context.
  package func enqueueFirstOutput(to buffer: Buffer) throws {
    try queue.copy(
      workspace.arena, offset: byteOffset(of: plan.outputs[0]), to: buffer, targetOffset: 0,
      count: firstOutputShape.byteCount)
  }

  /// `[batch, channels, height, width]` of the first output.
  package var firstOutputShape: Shape { plan.values[plan.outputs[0]].shape }

  /// Runs the network once on a queue that takes times, one launch after the other.
  public func profile(_ input: Tensor) throws -> [LaunchTiming] {
    try upload(input)
    let profiler = try profiler()
    return try profiler.profile(workspace.recording)
  }

  /// Computes as `compute` does, without waiting between launches, on a queue that takes times.
  ///
  /// - Parameter enqueued: is called when everything is enqueued, before the wait.
  public func traceCompute(enqueued: () -> Void) throws -> [LaunchTiming] {
    let profiler = try profiler()
    return try profiler.trace(workspace.recording, enqueued: enqueued)
  }

  /// A queue that takes times. On Intel's runtime for CPUs another queue sees what was uploaded only once the first has
  /// finished, although the call that wrote it waited.
  private func profiler() throws -> Queue {
    try queue.finish()
    return try Queue(context: queue.context, profiling: true)
  }

  private func read(_ id: Plan.Value.ID) throws -> Tensor {
    try Tensor(shape: plan.values[id].shape) { values in
      try queue.read(workspace.arena, offset: byteOffset(of: id), into: UnsafeMutableRawBufferPointer(values))
    }
  }

  private func byteOffset(of id: Plan.Value.ID) -> Int {
    plan.storages[plan.values[id].storage].offset
  }
}

extension Executor {
  /// What the `PlanOptions.guardByteCount` bytes behind every region hold before the first run.
  package static let guardValue: Float = -12345.678

  /// The storages behind which something was written, for tests; only with guards, a multiple of four bytes, and without sharing.
  package func overwrittenGuards(byteCount: Int) throws -> [Plan.Storage.ID] {
    try plan.storages.indices.filter { id in
      let storage = plan.storages[id]
      guard storage.lifetime != nil else { return false }
      let guards = try Tensor(shape: [byteCount / MemoryLayout<Float>.stride]) { values in
        try queue.read(
          workspace.arena, offset: storage.offset + storage.byteCount,
          into: UnsafeMutableRawBufferPointer(values))
      }
      return guards.values.contains { $0 != Self.guardValue }
    }
  }
}

extension Executor {
  /// Sends an input on its way and returns at once; where two runs are under way, the older is waited for. The device goes
  /// from one run to the next without the host between. On CPU devices with room for it both are computed at once: at the
  /// end of a launch, where some cores have nothing left to do, they take up the other run's.
  ///
  /// - Parameter fill: writes the input, `inputShape.elementCount` values, all of them.
  public func begin(_ fill: (UnsafeMutableBufferPointer<Float>) -> Void) throws -> PendingRun {
    let lane = try lanes.free { number in try makeLane(number) }
    let (queue, arena) = (lane.workspace.queue, lane.workspace.arena)
    fill(lane.input.bytes.bindMemory(to: Float.self))
    try queue.beginWrite(lane.input, count: inputShape.byteCount, to: arena, offset: byteOffset(of: plan.input))
    try lane.workspace.enqueue()
    var start = 0
    for (id, shape) in zip(plan.outputs, outputShapes) {
      try queue.beginRead(arena, offset: byteOffset(of: id), count: shape.byteCount, into: lane.output, at: start)
      start += shape.byteCount
    }
    let pending = PendingRun(lane, shapes: outputShapes, done: try queue.marker())
    lane.pending = pending
    return pending
  }

  private var outputShapes: [Shape] { plan.outputs.map { plan.values[$0].shape } }

  private func makeLane(_ number: Int) throws -> RunLane {
    try RunLane(
      number == 0 ? workspace : try secondWorkspace() ?? workspace, inputBytes: inputShape.byteCount,
      outputBytes: outputShapes.reduce(0) { $0 + $1.byteCount })
  }

  /// A workspace of its own for every second run; nil where one alone keeps the device busy, or where memory is short.
  private func secondWorkspace() throws -> Workspace? {
    guard device.kind == .cpu, UInt64(workspace.byteCount) <= device.globalMemory / 16 else { return nil }
    // On Intel's runtime for CPUs another queue sees what was uploaded only once the first has finished.
    try finish()
    do {
      var second = try Workspace(for: plan, tuning, queue: try Queue(context: session.context))
      try second.record(plan, tuning, parameters: parameters, in: session)
      return second
    } catch is DeviceMemoryError {
      return nil
    }
  }
}

extension Shape {
  /// Of so many floats.
  fileprivate var byteCount: Int { elementCount * MemoryLayout<Float>.stride }
}
