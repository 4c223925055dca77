import Engine
import Networks
import OpenCL
public import Tensors

/// What becomes of a model on a device before anything runs: pass by pass, and the steps that are left.
public struct PlanReport: Sendable, Codable {
  /// How large a plan is.
  public struct Counts: Sendable, Hashable, Codable {
    /// Steps.
    public let steps: Int
    /// Launches of these steps.
    public let launches: Int
    /// Device memory of the activations, in bytes; nothing is shared before they have their place in the arena.
    public let activations: Int
  }

  /// What one pass did.
  public struct Pass: Sendable, Hashable, Codable {
    /// Such as `fuse ReLU`.
    public let name: String
    /// What it does and what for, in one line.
    public let purpose: String
    /// Whether it ran; not where the device has no use for it.
    public let ran: Bool
    /// How it found the plan.
    public let before: Counts
    /// How it left the plan.
    public let after: Counts
    /// Steps that it changed or made.
    public let changedSteps: Int
    /// Activations that it laid out or placed anew.
    public let changedValues: Int
  }

  /// One step of the finished plan.
  public struct Step: Sendable, Hashable, Codable {
    /// The block it is recorded with, such as `stage1`.
    public let block: String
    /// The node whose result it computes.
    public let name: String
    /// The kernel of each of its launches; none where what it joins lies in place.
    public let kernels: [String]
    /// The extents of what it reads, NCHW.
    public let inputs: [[Int]]
    /// The extents of what it writes, NCHW.
    public let output: [Int]
    /// How what it reads first lies in memory: `planar`, or `blocked` by 16 channels.
    public let inputLayout: String
    /// How what it writes lies in memory.
    public let outputLayout: String
    /// Of a convolution, counted as the direct sum's; 0 elsewhere.
    public let multiplyAccumulates: Int
    /// Device memory that its kernel keeps for itself while it runs, in bytes.
    public let scratch: Int
  }

  /// The version of this form.
  public var schema = 1
  /// u2cl's version.
  public var version = u2clVersion
  /// The commit that u2cl was built from; nil where the build was not told.
  public var commit = u2clCommit
  /// The model's name.
  public let model: String
  /// Rows of the input.
  public let height: Int
  /// Columns of the input.
  public let width: Int
  /// Pictures in one run.
  public let batch: Int
  /// Which maps are computed.
  public let maps: MapSelection
  /// Operations of the network for every map.
  public let operations: Int
  /// Operations of the network for those maps: the steps that the first pass finds.
  public let keptOperations: Int
  /// What it is planned for.
  public let device: DeviceReport
  /// How activations and weights are stored there.
  public let precision: Precision
  /// What it takes there.
  public let memory: MemoryReport
  /// Of one run; a convolution counts as its direct sum, however it is computed.
  public let multiplyAccumulates: Int
  /// In the order in which they come, those that did not run included.
  public let passes: [Pass]
  /// In the order in which they run.
  public let steps: [Step]

  init(
    _ benchmark: Benchmark, _ shape: Shape, on choice: DeviceChoice, _ network: CompiledNetwork, _ executor: Executor
  ) throws {
    model = benchmark.model.name
    height = shape.height
    width = shape.width
    batch = shape.batch
    maps = benchmark.maps
    // The input is a node and no operation.
    operations = try benchmark.model.network.graph(for: shape).nodes.count - 1
    keptOperations = network.graph.nodes.count - 1
    device = DeviceReport(choice, asked: benchmark.device)
    precision = executor.precision
    memory = MemoryReport(executor.memory)
    multiplyAccumulates = network.graph.multiplyAccumulates
    passes = executor.planChanges.map(Pass.init)
    steps = executor.recordedSteps.map { step, launches, scratch in
      Step(step, in: executor.plan, launches, scratch: scratch)
    }
  }
}

extension PlanReport.Counts {
  init(_ plan: Plan, launches: Int) {
    steps = plan.steps.count
    self.launches = launches
    activations = plan.activationByteCount
  }
}

extension PlanReport.Pass {
  init(_ change: PlanChange) {
    name = change.pass.name
    purpose = change.pass.purpose
    ran = change.ran
    before = PlanReport.Counts(change.before, launches: change.launchCounts.before)
    after = PlanReport.Counts(change.after, launches: change.launchCounts.after)
    changedSteps = change.changedSteps
    changedValues = change.changedValues
  }
}

extension PlanReport.Step {
  init(_ step: Plan.Step, in plan: Plan, _ launches: [Launch], scratch: Int) {
    block = step.block
    name = step.name
    kernels = launches.map(\.kernel.name)
    inputs = step.inputs.map { plan.values[$0].shape.dimensions }
    output = plan.values[step.output].shape.dimensions
    inputLayout = plan.values[step.inputs[0]].layout.rawValue
    outputLayout = plan.values[step.output].layout.rawValue
    multiplyAccumulates = launches.reduce(0) { $0 + $1.multiplyAdds }
    self.scratch = scratch
  }
}
