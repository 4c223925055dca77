package import Networks
package import Tensors

/// What a graph becomes for a device: steps, each of them one or a few launches, over values that have a place in memory.
///
/// A plan is made by lowering the graph one step per node and then applying passes, each of which leaves a plan that
/// computes the same. Which passes run is `PlanOptions`' to say.
package struct Plan: Sendable {
  /// How the elements of a value lie in memory.
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
    /// The region of memory it lies in: its own, or that of the concat it is part of.
    package var storage: Storage.ID
    /// The first of its channels within the region.
    package var channelOffset = 0
    /// How its elements lie.
    package internal(set) var layout = Layout.planar
    /// How its elements are stored.
    package internal(set) var precision = Precision.float32
    /// The steps from the one that writes it to the last that reads it; nil where nothing uses it.
    package internal(set) var lifetime: ClosedRange<Int>?
    /// The size of its elements in bytes.
    package var byteCount: Int { shape.elementCount * precision.byteCount }
  }

  /// A region of memory.
  package struct Storage: Hashable, Sendable {
    package typealias ID = Int
    /// The extents of everything in it, NCHW.
    package let shape: Shape
    /// Where it begins in the arena, in bytes.
    package var offset = 0
    /// How its elements are stored.
    package internal(set) var precision = Precision.float32
    /// Its size in bytes.
    package var byteCount: Int { shape.elementCount * precision.byteCount }
    /// The steps from the first that writes to the last that reads; nil where nothing uses it. The network's input is
    /// written before step 0, its outputs are read behind the last.
    package var lifetime: ClosedRange<Int>?
  }

  /// One step, with the value it writes.
  package struct Step: Hashable, Sendable {
    /// The name of the node whose result it computes.
    package let name: String
    /// The block it is recorded and profiled with.
    package let block: String
    /// What it does.
    package var operation: StepOperation
    /// The values it reads. Those of a convolution: what it convolves, one value, or two where it resamples the first; and
    /// what it adds.
    package var inputs: [Value.ID]
    /// The value it writes.
    package var output: Value.ID
    /// How it is computed, where it is a convolution.
    package internal(set) var method = ConvolutionMethod.planar
    /// What it does to its first input while it reads it, where it is a convolution; nil where it reads it as it lies.
    package internal(set) var resampling: InputResampling?
  }

  package internal(set) var values: [Value] = []
  package internal(set) var storages: [Storage] = []
  package internal(set) var steps: [Step] = []
  package internal(set) var input: Value.ID = 0
  package internal(set) var outputs: [Value.ID] = []
  /// The size in bytes of the arena that holds every storage.
  package internal(set) var arenaByteCount = 0
}

/// What a step does.
package enum StepOperation: Hashable, Sendable {
  /// A convolution, with a batch norm that is folded into its weights, and what follows it.
  case convolution(Convolution, folded: BatchNorm?, epilogue: Epilogue)
  /// A batch norm that stands alone, with or without the ReLU behind it.
  case batchNorm(BatchNorm, relu: Bool)
  case relu
  case sigmoid
  case maxPool(MaxPool)
  case upsample(PixelCenters)
  /// Copies of those inputs that do not lie in their place already.
  case concat
  case add
  /// What is read, stored in the precision of what is written.
  case convert
  /// A 1×1 convolution of maps, each resampled to the output's size, with or without the sigmoid behind it.
  case fuseMaps(Convolution, sigmoid: Bool)

  /// What a convolution does to its sums before it stores them.
  package enum Epilogue: Hashable, Sendable {
    /// The bias alone.
    case bias
    /// Bias and ReLU.
    case relu
    /// Bias and ReLU, and then the second input is added: the end of a residual U-block.
    case reluAdd
  }
}

/// Which passes make a plan; all of them unless a test asks for less.
public struct PlanOptions: Hashable, Sendable, Codable {
  /// Folds batch norms into the convolutions before them.
  public var foldsBatchNorm = true
  /// Lets a convolution or a batch norm do the ReLU behind it.
  public var fusesReLU = true
  /// Lets a convolution do the residual add behind it.
  public var fusesResidual = true
  /// Lets the 1×1 convolution of the side maps resample them itself.
  public var fusesSideMaps = true
  /// Lets GPUs' convolutions pool and upsample what they read, where that is expected to be faster.
  public var fusesResampling = true
  /// Writes what is concatenated at its place at once.
  public var concatenatesInPlace = true
  /// Lets activations lie in blocks of 16 channels where the device has kernels for that.
  public var usesBlocks = true
  /// Lets convolutions on blocks be computed by Winograd's method where that is faster; its float32 sums are less exact
  /// by about one decimal digit.
  public var usesWinograd = true
  /// Lets values whose lifetimes do not meet share memory.
  public var sharesMemory = true
  /// Bytes left free behind every region of memory, for tests that look whether a kernel wrote there.
  public var guardByteCount = 0

  /// Every pass.
  public init() {}

  /// No pass: a launch for every node of the graph.
  public static var unfused: PlanOptions {
    var options = PlanOptions()
    options.foldsBatchNorm = false
    options.fusesReLU = false
    options.fusesResidual = false
    options.fusesSideMaps = false
    options.fusesResampling = false
    options.concatenatesInPlace = false
    options.usesBlocks = false
    options.usesWinograd = false
    options.sharesMemory = false
    return options
  }
}

extension Plan {
  /// The plan of a graph for devices of a tuning: lowered, then changed by every pass that is wanted, in the order of
  /// `PlanPass.all`.
  ///
  /// - Parameter observe: is shown the plan after each pass, whether that ran or not.
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

  /// One step per node.
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

  /// The names of the blocks, in order.
  package var blocks: [String] {
    var seen = Set<String>()
    return steps.map(\.block).filter { seen.insert($0).inserted }
  }
}

extension StepOperation {
  /// The step that computes an operation on its own; nil for the input, which nothing computes.
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
