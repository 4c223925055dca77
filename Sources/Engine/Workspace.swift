import OpenCL
import Tensors

/// What one run computes in: a queue, memory for its activations and for what kernels keep for themselves, and the launches
/// that were recorded on them. Parameters and programs are shared.
struct Workspace {
  /// The queue on which everything runs, in order.
  let queue: Queue
  let arena: Buffer
  let scratch: Buffer
  /// The launches of each step.
  private(set) var launches: [[Launch]] = []
  /// The same, block by block.
  private(set) var recording: [CommandGraph] = []

  /// Memory for a plan; nothing is recorded yet.
  ///
  /// - Throws: `DeviceMemoryError` where the device has no room for it.
  init(for plan: Plan, _ tuning: KernelTuning, queue: Queue) throws {
    self.queue = queue
    arena = try Buffer(context: queue.context, byteCount: plan.arenaByteCount)
    scratch = try Buffer(context: queue.context, byteCount: Recorder.scratchByteCount(for: plan, tuning))
  }

  /// Its device memory, in bytes.
  var byteCount: Int { arena.byteCount + scratch.byteCount }

  /// Builds what is not built yet and binds the launches' arguments.
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

  /// Enqueues every block; does not wait.
  func enqueue() throws {
    for graph in recording { try queue.replay(graph) }
  }
}
