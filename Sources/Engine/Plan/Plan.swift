package import Networks
package import Tensors

/// A graph prepared for a device: steps of one or a few launches each, over values that are placed in memory.
///
/// A plan starts with one step for each node. Passes then change the plan without changing what it computes;
/// `PlanOptions` says which of them run.
package struct Plan: Sendable {
  /// The order of a value's elements in memory.
  package enum Layout: String, Hashable, Sendable {
    /// `[batch][channels][height][width]`.
    case planar
    /// `[batch][channels / 16][height][width][16]`.
    case blocked
  }

  /// The output of a step.
  package struct Value: Hashable, Sendable {
    package typealias ID = Int
    /// The extents, NCHW.
    package let shape: Shape
    /// The region of memory that holds the value: its own, or that of the concat that it is part of.
    package var storage: Storage.ID
    /// The index of the value's first channel within the region.
    package var channelOffset = 0
    /// The order of the elements.
    package internal(set) var layout = Layout.planar
    /// The format of the elements.
    package internal(set) var precision = Precision.float32
    /// The steps from the one that writes the value to the last that reads it; nil if no step uses it.
    package internal(set) var lifetime: ClosedRange<Int>?
    /// The size of the elements in bytes.
    package var byteCount: Int { shape.elementCount * precision.byteCount }
  }

  /// A region of memory.
  package struct Storage: Hashable, Sendable {
    package typealias ID = Int
    /// The extents of everything in the region, NCHW.
    package let shape: Shape
    /// The offset of the region in the arena, in bytes.
    package var offset = 0
    /// The format of the elements.
    package internal(set) var precision = Precision.float32
    /// The size of the region in bytes.
    package var byteCount: Int { shape.elementCount * precision.byteCount }
    /// The steps from the first that writes the region to the last that reads it; nil if no step uses it. The network's
    /// input is written before step 0, and its outputs are read after the last step.
    package var lifetime: ClosedRange<Int>?
  }

  /// One step, which writes one value.
  package struct Step: Hashable, Sendable {
    /// The name of the node whose result the step computes.
    package let name: String
    /// The block of the network that the step is recorded and profiled with.
    package let block: String
    /// What the step computes.
    package var operation: StepOperation
    /// The values that the step reads. A convolution reads one value, or two if it resamples the first and concatenates
    /// both, and then the residual if it adds one.
    package var inputs: [Value.ID]
    /// The value that the step writes.
    package var output: Value.ID
    /// How a convolution is computed.
    package internal(set) var method = ConvolutionMethod.planar
    /// How a convolution resamples its first input while it reads it; nil if it does not.
    package internal(set) var resampling: InputResampling?
  }

  /// The values; a value's ID is its index.
  package internal(set) var values: [Value] = []
  /// The regions of memory; a region's ID is its index.
  package internal(set) var storages: [Storage] = []
  /// The steps, in the order in which they run.
  package internal(set) var steps: [Step] = []
  /// The network's input.
  package internal(set) var input: Value.ID = 0
  /// The network's outputs, in the graph's order.
  package internal(set) var outputs: [Value.ID] = []
  /// The size in bytes of the arena, which holds all regions.
  package internal(set) var arenaByteCount = 0
}

/// What a step computes.
package enum StepOperation: Hashable, Sendable {
  /// A convolution with a batch norm folded into its weights and an epilogue.
  case convolution(Convolution, folded: BatchNorm?, epilogue: Epilogue)
  /// A batch norm that could not be folded, with or without a ReLU after it.
  case batchNorm(BatchNorm, relu: Bool)
  case relu
  case sigmoid
  case maxPool(MaxPool)
  case upsample(PixelCenters)
  /// Copies of the inputs that are not in their place in the result already.
  case concat
  case add
  /// A copy of the input in the output's precision.
  case convert
  /// A 1×1 convolution of maps that are resampled to the output's size, with or without a sigmoid after it.
  case fuseMaps(Convolution, sigmoid: Bool)

  /// What a convolution does to its sums before storing them.
  package enum Epilogue: Hashable, Sendable {
    /// Adds the bias.
    case bias
    /// Adds the bias and applies ReLU.
    case relu
    /// Adds the bias, applies ReLU and adds the residual, as at the end of a residual U-block.
    case reluAdd
  }
}

extension Plan {
  /// The plan of a graph for devices with a certain tuning: lowered, then changed by the wanted passes in the order of
  /// `PlanPass.all`.
  ///
  /// - Parameter observe: called after each pass, whether it ran or not, with the plan at that point.
  package init(
    _ graph: Graph, options: PlanOptions = PlanOptions(), tuning: KernelTuning,
    observe: (PlanPass, _ ran: Bool, Plan) -> Void = { _, _, _ in }
  ) {
    self.init(lowering: graph)
    for pass in PlanPass.all {
      let isWanted = pass.isWanted(options, tuning)
      if isWanted { pass.apply(&self, options, tuning) }
      observe(pass, isWanted, self)
    }
  }

  /// The unoptimized plan of a graph, with one step for each node.
  package init(lowering graph: Graph) {
    for node in graph.nodes {
      storages.append(Storage(shape: node.shape))
      values.append(Value(shape: node.shape, storage: node.id))
      guard let operation = StepOperation(node.operation) else { continue }
      steps.append(
        Step(name: node.name, block: node.block, operation: operation, inputs: node.inputs, output: node.id))
    }
    input = graph.input
    outputs = graph.outputs.map(\.node)
  }

  /// The names of the network's blocks, in order.
  package var blocks: [String] {
    var seen = Set<String>()
    return steps.map(\.block).filter { seen.insert($0).inserted }
  }
}

extension StepOperation {
  /// The step that computes an operation on its own; nil for the input, which is not computed.
  init?(_ operation: Networks.Operation) {
    switch operation {
    case .input: return nil
    case .convolution(let convolution): self = .convolution(convolution, folded: nil, epilogue: .bias)
    case .batchNorm(let norm): self = .batchNorm(norm, relu: false)
    case .relu: self = .relu
    case .sigmoid: self = .sigmoid
    case .maxPool(let pool): self = .maxPool(pool)
    case .upsample(_, let centers): self = .upsample(centers)
    case .concat: self = .concat
    case .add: self = .add
    }
  }
}
