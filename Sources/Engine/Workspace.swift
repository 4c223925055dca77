import OpenCL
import Tensors

/// What one run works with: a queue, memory for activations and scratch, and the launches bound to that memory.
/// Parameters and programs are shared between workspaces.
struct Workspace {
  /// The queue on which all launches run, in order.
  let queue: Queue
  /// Activations.
  let arena: Buffer
  /// What kernels use while a step runs.
  let scratch: Buffer
  /// The launches of each step.
  private(set) var launches: [[Launch]] = []
  /// The launches, one graph for each block of the network.
  private(set) var recording: [CommandGraph] = []

  /// Memory for a plan. Nothing is recorded yet.
  ///
  /// - Throws: `DeviceMemoryError` if the device cannot hold it.
  init(for plan: Plan, _ tuning: KernelTuning, queue: Queue) throws {
    self.queue = queue
    arena = try Buffer(context: queue.context, byteCount: plan.arenaByteCount)
    scratch = try Buffer(context: queue.context, byteCount: Recorder.scratchByteCount(for: plan, tuning))
  }

  /// The size of the device memory in bytes.
  var byteCount: Int { arena.byteCount + scratch.byteCount }

  /// Builds the programs that are not built yet and binds the launches' arguments.
  mutating func record(
    _ plan: Plan, _ tuning: KernelTuning, parameters: ParameterMemory, in session: DeviceSession
  ) throws {
    let memory = RunMemory(arena: arena, parameters: parameters, scratch: scratch)
    let specifications = try Recorder(plan: plan, tuning: tuning).specifications()
    launches = try zip(plan.steps, specifications).map { step, specifications in
      var launches = try specifications.map { try $0.launch(in: session, on: memory) }
      if !launches.isEmpty { launches[0].bytes = plan.leastTraffic(of: step, tuning.of(step)) }
      return launches
    }
    recording = Recorder.graphs(of: plan, launches)
  }

  /// Enqueues all launches without waiting.
  func enqueue() throws {
    for graph in recording { try queue.replay(graph) }
  }
}
