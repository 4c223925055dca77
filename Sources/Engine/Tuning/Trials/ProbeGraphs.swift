import Networks
import Tensors

// The small networks in which kernels are tried. Weights are seeded by the names of the nodes.
extension GraphBuilder {
  /// Adds a convolution with a bias, whose output has the size of its input.
  mutating func convolve(
    _ name: String, _ input: Node.ID, to channels: Int, kernel: Int = 3, dilation: Int = 1
  ) throws -> Node.ID {
    let convolution = Convolution(
      weight: name, bias: "\(name).bias", outChannels: channels, kernel: kernel, dilation: dilation)
    return try add(.convolution(convolution), to: [input], name: name)
  }

  /// Adds a convolution and the ReLU after it, `name.relu`.
  mutating func convolveReLU(
    _ name: String, _ input: Node.ID, to channels: Int, kernel: Int = 3, dilation: Int = 1
  ) throws -> Node.ID {
    let sums = try convolve(name, input, to: channels, kernel: kernel, dilation: dilation)
    return try add(.relu, to: [sums], name: "\(name).relu")
  }

  /// Adds a 2×2 max pool.
  mutating func pool(_ name: String, _ input: Node.ID) throws -> Node.ID {
    try add(.maxPool(MaxPool()), to: [input], name: name)
  }
}

/// A network that is run to see whether kernels compute what the portable kernels compute.
enum ProbeGraph {
  /// Every kernel on blocks for CPUs: Winograd's method in one launch and in pairs, the direct sum, pooling,
  /// upsampling.
  static func blocksOnCPU() throws -> Graph {
    let size = Size(height: 41, width: 45)
    var builder = try GraphBuilder(input: Shape(channels: 3, height: size.height, width: size.width))
    let first = try builder.convolveReLU("first", builder.input, to: 48)
    let fused = try builder.convolve("fused", first, to: 48)
    let nonfused = try builder.convolve("nonfused", try builder.pool("pool", fused), to: 48)
    let dilated = try builder.convolve("dilated", nonfused, to: 48, dilation: 8)
    let large = try builder.add(.upsample(to: size), to: [dilated], name: "upsample")
    let both = try builder.add(.concat, to: [large, first], name: "both")
    let last = try builder.convolve("last", both, to: 1)
    return builder.finish(outputs: [("last", last)])
  }

  /// The node of `epilogues` whose launches are timed.
  static let timed = "third.add"

  /// Convolutions between blocks with every kind of epilogue.
  static func epilogues(on shape: Shape, channels: Int) throws -> Graph {
    var builder = try GraphBuilder(input: shape)
    let first = try builder.convolve("first", builder.input, to: channels)
    let second = try builder.convolveReLU("second", first, to: channels, dilation: 2)
    let third = try builder.convolveReLU("third", second, to: channels)
    let added = try builder.add(.add, to: [third, first], name: timed)
    let last = try builder.convolve("last", added, to: 2)
    return builder.finish(outputs: [("last", last)])
  }

  /// Convolutions to and from blocks, and everything that works on blocks element by element.
  static func borders(width: Int, channels: Int) throws -> Graph {
    let size = Size(height: 11, width: width)
    var builder = try GraphBuilder(input: Shape(batch: 2, channels: 3, height: size.height, width: size.width))
    let first = try builder.convolveReLU("first", builder.input, to: channels)
    let large = try builder.add(.upsample(to: size), to: [try builder.pool("pool", first)], name: "upsample")
    let sum = try builder.add(.add, to: [large, first], name: "sum")
    let both = try builder.add(.concat, to: [sum, first], name: "both")
    let last = try builder.convolve("last", both, to: 2)
    return builder.finish(outputs: [("last", last)])
  }

  /// One convolution of two images with ReLU and a residual, which may resample its input.
  ///
  /// - Parameter shape: the output of the convolution, and its number of input channels before it resamples.
  /// - Returns: the graph, and the number of channels that the convolution reads.
  static func convolution(
    _ shape: (size: Size, inChannels: Int, outChannels: Int), kernel: Int, dilation: Int,
    _ resampling: InputResampling?
  ) throws -> (graph: Graph, inChannels: Int) {
    let (size, inChannels, outChannels) = shape
    let input = resampling == .maxPool ? Size(height: size.height * 2, width: size.width * 2) : size
    var builder = try GraphBuilder(input: Shape(batch: 2, channels: 3, height: input.height, width: input.width))
    var read = try builder.convolve("spread", builder.input, to: inChannels)
    var (besides, total) = (builder.input, inChannels)
    switch resampling {
    case nil: break
    case .maxPool:
      read = try builder.pool("pool", read)
      besides = try builder.pool("small", builder.input)
    case .upsample(let centers):
      let large = try builder.add(
        .upsample(to: size, centers: centers), to: [try builder.pool("pool", read)], name: "large")
      read = try builder.add(.concat, to: [large, read], name: "both")
      total *= 2
    }
    let residual = try builder.convolve("beside", besides, to: outChannels)
    let tried = try builder.convolveReLU("tried", read, to: outChannels, kernel: kernel, dilation: dilation)
    let added = try builder.add(.add, to: [tried, residual], name: "tried.add")
    let last = try builder.convolve("last", added, to: 1)
    return (builder.finish(outputs: [("last", last)]), total)
  }

  /// The node of `tuned(_:)` whose launches are timed.
  static let tunedName = "tuned.relu"

  /// One convolution with ReLU between a convolution to blocks and one from blocks.
  static func tuned(_ problem: ConvolutionProblem) throws -> Graph {
    let output = problem.output
    var builder = try GraphBuilder(
      input: Shape(batch: output.batch, channels: 1, height: output.height, width: output.width))
    let spread = try builder.convolve("before", builder.input, to: problem.inChannels)
    let tuned = try builder.convolveReLU(
      "tuned", spread, to: output.channels, kernel: problem.kernel, dilation: problem.dilation)
    let after = try builder.convolve("after", tuned, to: 1, kernel: 1)
    return builder.finish(outputs: [("after", after)])
  }
}

extension DeviceSession {
  /// The largest difference between a graph's outputs with a tuning and those of the portable kernels, relative to the
  /// largest value. Weights and input are seeded.
  func differenceFromPortable(of graph: Graph, _ tuning: KernelTuning) throws -> Float {
    let input = SeededParameters.input(shape: graph.inputShape)
    return try policy.uninterrupted {
      let expected = try probe(graph, .portable(for: device, precision: .float32)).run(input)
      let found = try probe(graph, tuning).run(input)
      return found.relativeDifference(to: expected)
    }
  }

  /// An executor of a graph with seeded weights.
  func probe(_ graph: Graph, _ tuning: KernelTuning) throws -> Executor {
    try policy.uninterrupted {
      try Executor(
        graph: graph, parameters: SeededParameters(for: graph), session: self, options: PlanOptions(), tuning: tuning)
    }
  }
}

extension Precision {
  /// The largest difference, relative to the largest value, at which a kernel counts as right: float32 sums in another
  /// order, or a few roundings to 11 or 8 significant bits.
  var trialTolerance: Float {
    switch self {
    case .float32: 2e-5
    case .float16: 1e-2
    case .bfloat16: 8e-2
    }
  }
}
