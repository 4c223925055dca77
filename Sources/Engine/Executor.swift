import CProcessMemory
package import Networks
public import OpenCL
public import Tensors

/// A graph compiled for one OpenCL device: a plan, its memory, and recorded launches that are replayed for each input.
///
/// Not Sendable: use an executor from one thread at a time.
public final class Executor {
  /// The device that runs the graph.
  public let device: Device
  /// The shape of the input, `[batch, channels, height, width]`.
  public let inputShape: Shape
  /// The device memory that the graph takes.
  public let memory: MemoryUse
  /// The number of launches of one run.
  public var launchCount: Int { workspace.recording.reduce(0) { $0 + $1.launches.count } }
  /// The names of the network's blocks, in the order in which they run.
  public var blocks: [String] { workspace.recording.map(\.name) }
  /// The format of activations: a 16-bit format if any of them is stored in one, else float32.
  public var precision: Precision { plan.values.lazy.map(\.precision).first { $0 != .float32 } ?? .float32 }
  /// How a GPU's kernels on blocks compute products, such as `halves on tensor cores (m16n8k16), cp.async`; nil for the
  /// kernels for CPUs.
  public var products: String? { tuning.gpu.map { "\($0)" } }
  /// Notes for users on how the kernels were chosen, each of one line.
  public var notes: [String] { tuning.notes }

  package let plan: Plan
  let graph: Graph
  let options: PlanOptions
  let tuning: KernelTuning
  /// The launches of each step.
  var launches: [[Launch]] { workspace.launches }
  /// The queue that computes everything except every second overlapping run, in order.
  package var queue: Queue { workspace.queue }
  let session: DeviceSession
  let parameters: ParameterMemory
  let workspace: Workspace
  var lanes = RunLanes()

  /// Sizes of device memory, in bytes.
  public struct MemoryUse: Hashable, Sendable {
    /// The arena of activations.
    public let activations: Int
    /// What the activations would take in float32 if they shared no memory.
    public let activationsUnshared: Int
    /// The packed weights.
    public let parameters: Int
    /// What kernels use while they run.
    public let scratch: Int
  }

  /// Compiles a graph with the kernels of a tuning, which are not tried first.
  package convenience init(
    graph: Graph, parameters: some ParameterSource, session: DeviceSession, options: PlanOptions,
    tuning: KernelTuning
  ) throws {
    try self.init(
      graph: graph, parameters: parameters, session: session, options: options, tuning: tuning,
      plan: Plan(graph, options: options, tuning: tuning))
  }

  /// Compiles a graph by a plan.
  init(
    graph: Graph, parameters: some ParameterSource, session: DeviceSession, options: PlanOptions,
    tuning: KernelTuning, plan: Plan
  ) throws {
    let queue = try Queue(context: session.context)
    try Self.checkMemory(for: plan, tuning, on: session.device)
    try graph.validate(parameters)
    let memory = try ParameterMemory(of: plan, tuning: tuning, queue: queue)
    var workspace = try Workspace(for: plan, tuning, queue: queue)
    if options.guardByteCount > 0 { try queue.fill(workspace.arena, with: Self.guardValue) }
    // Packing the weights takes about as long as building the programs, so both run at the same time.
    _ = try both(
      { try memory.fill(for: plan, graph: graph, from: parameters, tuning: tuning, queue: queue, on: session.device) },
      {
        // A driver's compiler is tens of megabytes of code, which is useless once the programs are built.
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

  /// Throws if the device's memory cannot hold the plan: drivers that allocate memory when it is first used would fail
  /// later.
  private static func checkMemory(for plan: Plan, _ tuning: KernelTuning, on device: Device) throws {
    let needed = plan.arenaByteCount + Recorder.scratchByteCount(for: plan, tuning)
    guard UInt64(needed) > device.globalMemory else { return }
    throw DeviceMemoryError(device: device.name, needed: needed, available: device.globalMemory, limit: .memory)
  }

  /// Runs the network.
  ///
  /// - Parameter input: a tensor of `inputShape`.
  /// - Returns: the graph's outputs, in its order.
  /// - Throws: `InputShapeError`, `CLError`.
  public func run(_ input: Tensor) throws -> [Tensor] {
    try upload(input)
    try compute()
    return try download()
  }

  /// Copies an input to the device.
  ///
  /// - Throws: `InputShapeError` if the input is not of `inputShape`; `CLError`.
  public func upload(_ input: Tensor) throws {
    guard input.shape == inputShape else { throw InputShapeError(expected: inputShape, given: input.shape) }
    try input.values.withUnsafeBytes { try queue.write($0, to: workspace.arena, offset: byteOffset(of: plan.input)) }
  }

  /// Computes the outputs for the input that is on the device, and waits for them.
  public func compute() throws {
    try enqueue()
    try finish()
  }

  /// Enqueues all launches without waiting.
  public func enqueue() throws { try workspace.enqueue() }

  /// Waits until everything that was enqueued has finished.
  public func finish() throws { try queue.finish() }

  /// Copies the outputs from the device.
  public func download() throws -> [Tensor] { try plan.outputs.map(read) }

  /// Enqueues a copy of an input, `inputShape.elementCount` float32 values, from another buffer of the context.
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

  /// The offset of a value in the arena; of an output or the input, which are no part of another value.
  func byteOffset(of id: Plan.Value.ID) -> Int {
    plan.storages[plan.values[id].storage].offset
  }
}

extension Shape {
  /// The size in bytes of float32 values of this shape.
  var byteCount: Int { elementCount * MemoryLayout<Float>.stride }
}
