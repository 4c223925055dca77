import Engine
import Models
import Networks
import OpenCL
package import Tensors
package import U2Net

/// The plan of a model on a device: what each pass does, and the steps that remain.
package struct PlanReport: Sendable, Codable {
  /// The size of a plan.
  package struct Counts: Sendable, Hashable, Codable {
    /// The number of steps.
    package let steps: Int
    /// The number of launches of these steps.
    package let launches: Int
    /// The memory of the activations, in bytes; they share memory only after their places in the arena are assigned.
    package let activations: Int
  }

  /// What a pass did.
  package struct Pass: Sendable, Hashable, Codable {
    /// The name of the pass, such as `fuse ReLU`.
    package let name: String
    /// The purpose of the pass, in one line.
    package let purpose: String
    /// Whether the pass ran; false if it does not apply to the device.
    package let ran: Bool
    /// The plan before the pass.
    package let before: Counts
    /// The plan after the pass.
    package let after: Counts
    /// The number of steps that the pass changed or added.
    package let changedSteps: Int
    /// The number of activations whose layout or place the pass changed.
    package let changedValues: Int
  }

  /// A step of the finished plan.
  package struct Step: Sendable, Hashable, Codable {
    /// The block, such as `stage1`.
    package let block: String
    /// The node whose result the step computes.
    package let name: String
    /// The kernel of each launch; empty if a concatenation needs no copy.
    package let kernels: [String]
    /// The shapes of the inputs, NCHW.
    package let inputs: [[Int]]
    /// The shape of the output, NCHW.
    package let output: [Int]
    /// The layout of the first input: `planar`, or `blocked` by 16 channels.
    package let inputLayout: String
    /// The layout of the output.
    package let outputLayout: String
    /// The multiply-accumulates of a convolution as its direct sum; 0 for other operations.
    package let multiplyAccumulates: Int
    /// The temporary memory of the kernel, in bytes.
    package let scratch: Int
  }

  /// The version of this report's format.
  package var schema = 1
  /// The version of u2cl.
  package var version = u2clVersion
  /// The commit that u2cl was built from; nil if the build did not record it.
  package var commit = u2clCommit
  /// The name of the model.
  package let model: String
  /// The height of the input, in pixels.
  package let height: Int
  /// The width of the input, in pixels.
  package let width: Int
  /// The batch size.
  package let batch: Int
  /// Which maps are computed.
  package let maps: MapSelection
  /// The number of operations of the network for every map.
  package let operations: Int
  /// The number of operations for the selected maps, which are the steps before the first pass.
  package let keptOperations: Int
  /// The device of the plan.
  package let device: DeviceReport
  /// How activations and weights are stored.
  package let precision: Precision
  /// The device memory that the plan needs.
  package let memory: MemoryReport
  /// The multiply-accumulates of a run; a convolution counts as its direct sum, however it is computed.
  package let multiplyAccumulates: Int
  /// Every pass in order, including those that did not run.
  package let passes: [Pass]
  /// Every step in order.
  package let steps: [Step]

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
