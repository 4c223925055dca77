import Networks
import OpenCL
import Tensors

/// Kernels on blocks that are tried together in a small network of their own, and compared with the portable ones.
enum KernelTrialSubject: Hashable, Sendable {
  /// The convolutions to blocks and from blocks, and everything that works on blocks element by element: for rows of more
  /// than 64 pixels, or for maps of many channels.
  case borders(isWide: Bool, isDeep: Bool)
  /// A convolution between blocks.
  case convolution(BlockedMethod, kernel: Int, dilation: Int, InputResampling?)

  /// What is remembered of it: divisions of a map that take the same kernel are one subject.
  func text(_ gpu: GPUTuning) -> String {
    switch self {
    case .borders(let isWide, let isDeep): return "borders\(isWide ? " wide" : "")\(isDeep ? " deep" : "")"
    case .convolution(let method, let kernel, let dilation, let resampling):
      let resampled = resampling.map { $0 == .maxPool ? "pooled" : "upsampled" } ?? "plain"
      switch method {
      case .implicitGEMM(let gemm):
        let variant = gpu.variant(of: gemm, kernel: kernel, dilation: dilation, resamples: resampling != nil)
        return "\(variant.map { "\($0)" } ?? method.text) \(resampled) \(gemm.splits > 1 ? "in parts" : "whole")"
      case .subgroup(let tile):
        let variant = gpu.subgroups?.variant(
          of: tile, kernel: kernel, dilation: dilation, precision: gpu.precision)
        return "\(variant.map { "\($0)" } ?? method.text) \(tile.splits > 1 ? "in parts" : "whole")"
      case .direct, .winogradFused, .winogradNonfused: return "\(method.text) \(resampled)"
      }
    }
  }

  /// What a convolution step of a GPU's plan is tried as; nil where nothing of it is new.
  init?(_ step: Plan.Step, in plan: Plan) {
    guard case .convolution(let convolution, _, _) = step.operation else { return nil }
    switch step.method {
    case .planar: return nil
    case .planarToBlocked: self = .borders(isWide: plan.values[step.output].shape.width > 64, isDeep: false)
    case .blockedToPlanar: self = .borders(isWide: false, isDeep: plan.values[step.inputs[0]].shape.channels >= 256)
    case .blocked(let method):
      self = .convolution(method, kernel: convolution.kernel, dilation: convolution.dilation, step.resampling)
    }
  }

  /// A graph that uses the kernels, and how its convolutions are computed.
  func graph(_ tuning: KernelTuning) throws -> (graph: Graph, tuning: KernelTuning) {
    switch self {
    case .borders(let isWide, let isDeep):
      return (try Self.borders(width: isWide ? 70 : 21, channels: isDeep ? 128 : 16), tuning)
    case .convolution(let method, let kernel, let dilation, let resampling):
      return try Self.convolution(method, kernel: kernel, dilation: dilation, resampling, tuning)
    }
  }

  private static func borders(width: Int, channels: Int) throws -> Graph {
    var builder = try GraphBuilder(input: Shape(batch: 2, channels: 3, height: 11, width: width))
    let first = try builder.add(layer("first", channels), to: [builder.input], name: "first")
    let relu = try builder.add(.relu, to: [first], name: "relu")
    let pooled = try builder.add(.maxPool(MaxPool()), to: [relu], name: "pool")
    let size = Size(height: 11, width: width)
    let large = try builder.add(.upsample(to: size), to: [pooled], name: "upsample")
    let sum = try builder.add(.add, to: [large, relu], name: "sum")
    let both = try builder.add(.concat, to: [sum, relu], name: "both")
    let last = try builder.add(layer("last", 2), to: [both], name: "last")
    return builder.finish(outputs: [("last", last)])
  }

  /// A convolution of two images with ReLU and a residual, over a little more than two tiles each way, so that groups hang
  /// over every edge.
  private static func convolution(
    _ method: BlockedMethod, kernel: Int, dilation: Int, _ resampling: InputResampling?, _ tuning: KernelTuning
  ) throws -> (graph: Graph, tuning: KernelTuning) {
    let (size, inChannels, outChannels) = method.trialExtents
    let input = resampling == .maxPool ? Size(height: size.height * 2, width: size.width * 2) : size
    var builder = try GraphBuilder(input: Shape(batch: 2, channels: 3, height: input.height, width: input.width))
    var read = try builder.add(layer("spread", inChannels), to: [builder.input], name: "spread")
    var (besides, total) = (builder.input, inChannels)
    switch resampling {
    case nil: break
    case .maxPool:
      read = try builder.add(.maxPool(MaxPool()), to: [read], name: "pool")
      besides = try builder.add(.maxPool(MaxPool()), to: [builder.input], name: "small")
    case .upsample(let centers):
      let pooled = try builder.add(.maxPool(MaxPool()), to: [read], name: "pool")
      let large = try builder.add(.upsample(to: size, centers: centers), to: [pooled], name: "large")
      read = try builder.add(.concat, to: [large, read], name: "both")
      total *= 2
    }
    let residual = try builder.add(layer("beside", outChannels), to: [besides], name: "beside")
    let sums = try builder.add(layer("tried", outChannels, kernel, dilation), to: [read], name: "tried")
    let relu = try builder.add(.relu, to: [sums], name: "tried.relu")
    let added = try builder.add(.add, to: [relu, residual], name: "tried.add")
    let last = try builder.add(layer("last", 1), to: [added], name: "last")
    var tuning = tuning
    let problem = ConvolutionProblem(
      inChannels: total, output: Shape(batch: 2, channels: outChannels, height: size.height, width: size.width),
      kernel: kernel, dilation: dilation)
    tuning.methods = [problem: method]
    tuning.gpu?.alwaysResamples = resampling != nil
    return (builder.finish(outputs: [("last", last)]), tuning)
  }

  private static func layer(_ name: String, _ channels: Int, _ kernel: Int = 3, _ dilation: Int = 1) -> Operation {
    .convolution(
      Convolution(weight: name, bias: "\(name).bias", outChannels: channels, kernel: kernel, dilation: dilation))
  }
}

extension BlockedMethod {
  /// The least map and channels that use every part of a method's kernel.
  fileprivate var trialExtents: (size: Size, inChannels: Int, outChannels: Int) {
    switch self {
    case .implicitGEMM(let gemm):
      (
        Size(height: 2 * gemm.height + 1, width: 2 * gemm.width + 3), 32 * max(1, gemm.splits),
        gemm.tile.channels + 16
      )
    case .subgroup(let tile):
      (Size(height: 5, width: 2 * tile.pixels + 3), 32 * max(1, tile.splits), tile.outputs * 64 + 16)
    case .direct(let tile, let rows): (Size(height: 2 * rows + 1, width: 2 * tile + 1), 32, 32)
    case .winogradFused, .winogradNonfused: (Size(height: 41, width: 45), 32, 32)
    }
  }
}
