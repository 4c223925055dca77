import CProcessMemory
import Networks
import OpenCL
import Tensors

/// The parameters of a plan on the device: one buffer, filled step by step, so that the host never holds more than one
/// packed tensor.
struct ParameterMemory {
  /// The packed parameters of every step.
  let buffer: Buffer
  /// For each step with parameters, by its index: the offsets in bytes of the weights and the bias of a convolution, or
  /// of the scale and the shift of a batch norm.
  private let offsets: [Int: (first: Int, second: Int)]

  /// The offsets of a step's two parts in float32 values: the kernels' `ulong2 weights_and_bias`.
  func region(ofStep index: Int) -> SIMD2<UInt64> {
    let (first, second) = offsets[index] ?? (0, 0)
    return SIMD2(UInt64(first), UInt64(second)) / UInt64(MemoryLayout<Float>.stride)
  }

  /// The alignment of each part, in bytes.
  private static let alignment = 64

  /// Memory for the parameters of a plan, which `fill` fills.
  init(of plan: Plan, tuning: KernelTuning, queue: Queue) throws {
    var offsets: [Int: (first: Int, second: Int)] = [:]
    var byteCount = 0
    for (index, step) in plan.steps.enumerated() {
      guard let sizes = Self.sizes(of: step, in: plan, tuning.of(step)) else { continue }
      let second = byteCount + sizes.first.roundedUp(toMultipleOf: Self.alignment)
      offsets[index] = (byteCount, second)
      byteCount = second + sizes.second.roundedUp(toMultipleOf: Self.alignment)
    }
    buffer = try Buffer(context: queue.context, byteCount: byteCount)
    self.offsets = offsets
  }

  /// Packs and uploads the parameters of a plan. On CPU devices, float32 parameters are packed in place.
  ///
  /// - Throws: `ParameterError` with the name of a tensor that is missing, has another shape or is damaged; `CLError`.
  func fill(
    for plan: Plan, graph: Graph, from source: some ParameterSource, tuning: KernelTuning, queue: Queue,
    on device: Device
  ) throws {
    // The allocator would keep tens of megabytes of freed tensors.
    u2cl_begin_large_blocks()
    defer { u2cl_end_large_blocks() }
    let tensors = ParameterReader(graph: graph, source: source)
    let blocks = plan.steps.enumerated().lazy.compactMap { index, step in
      offsets[index].map { (step: step, layout: tuning.of(step).weightLayout(for: step.method), offsets: $0) }
    }
    if device.kind == .cpu, !blocks.isEmpty, blocks.allSatisfy({ $0.layout.element == .float32 }) {
      try queue.withContents(of: buffer) { contents in
        for (step, layout, offsets) in blocks {
          let block = try tensors.block(of: step, layout: layout)
          block.write(
            first: contents.floats(from: offsets.first, block.counts.first),
            contents.floats(from: offsets.second, block.counts.second))
        }
      }
    } else {
      for (step, layout, offsets) in blocks {
        let (first, second) = try tensors.block(of: step, layout: layout).arrays
        switch layout.element {
        case .float32: try write(first, at: offsets.first, on: queue)
        case .float16, .bfloat16:
          try write(first.map { layout.element.bits(of: $0) }, at: offsets.first, on: queue)
        }
        try write(second, at: offsets.second, on: queue)
      }
    }
  }

  private func write(_ block: [some BitwiseCopyable], at offset: Int, on queue: Queue) throws {
    try block.withUnsafeBytes { try queue.write($0, to: buffer, offset: offset) }
  }

  /// The sizes in bytes of a step's two parts; nil if it has no parameters.
  private static func sizes(of step: Step, in plan: Plan, _ tuning: KernelTuning) -> (first: Int, second: Int)? {
    switch step.operation {
    case .convolution(let convolution, _, _):
      let layout = tuning.weightLayout(for: step.method)
      let counts = layout.counts(
        out: convolution.outChannels, in: plan.inChannels(of: step),
        taps: convolution.kernel * convolution.kernel)
      return (counts.weights * layout.element.byteCount, counts.bias * MemoryLayout<Float>.stride)
    case .fuseMaps(let convolution, _):
      let counts = WeightLayout.outputTiles(1).counts(
        out: convolution.outChannels,
        in: step.inputs.reduce(0) { $0 + plan.values[$1].shape.channels }, taps: 1)
      return (counts.weights * MemoryLayout<Float>.stride, counts.bias * MemoryLayout<Float>.stride)
    case .batchNorm:
      let byteCount = plan.values[step.output].shape.channels * MemoryLayout<Float>.stride
      return (byteCount, byteCount)
    case .relu, .sigmoid, .maxPool, .upsample, .concat, .add, .convert:
      return nil
    }
  }

  private typealias Step = Plan.Step
}

/// Reads the tensors that steps name and checks them against the graph.
private struct ParameterReader<Source: ParameterSource> {
  let graph: Graph
  let source: Source
  private let parameters: [String: Parameter]

  init(graph: Graph, source: Source) {
    self.graph = graph
    self.source = source
    parameters = Dictionary(graph.parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The parameters of a step, which must have some.
  func block(of step: Plan.Step, layout: WeightLayout) throws -> ParameterBlock {
    switch step.operation {
    case .convolution(let convolution, let folded, _):
      return .convolution(
        ConvolutionPacking(
          weights: try tensor(convolution.weight), bias: try convolution.bias.map(tensor),
          affine: try folded.map(affine), layout: layout))
    case .fuseMaps(let convolution, _):
      return .convolution(
        ConvolutionPacking(
          weights: try tensor(convolution.weight), bias: try convolution.bias.map(tensor), affine: nil,
          layout: .outputTiles(1)))
    case .batchNorm(let norm, _):
      return .affine(try affine(norm))
    case .relu, .sigmoid, .maxPool, .upsample, .concat, .add, .convert:
      preconditionFailure("\(step.name) has no parameters")
    }
  }

  private func tensor(_ name: String) throws -> Tensor {
    guard let parameter = parameters[name] else { throw MissingParameter(name: name) }
    return try graph.tensor(parameter, from: source)
  }

  private func affine(_ norm: BatchNorm) throws -> ChannelAffine { try ChannelAffine(norm, tensor: tensor) }
}

/// The parameters of one step, which have two parts.
private enum ParameterBlock {
  /// Weights and bias.
  case convolution(ConvolutionPacking)
  /// Scale and shift.
  case affine(ChannelAffine)

  var counts: (first: Int, second: Int) {
    switch self {
    case .convolution(let packing): (packing.counts.weights, packing.counts.bias)
    case .affine(let affine): (affine.scale.count, affine.shift.count)
    }
  }

  func write(first: UnsafeMutableBufferPointer<Float>, _ second: UnsafeMutableBufferPointer<Float>) {
    switch self {
    case .convolution(let packing): packing.write(weights: first, bias: second)
    case .affine(let affine):
      _ = first.initialize(from: affine.scale.lazy.map { Float($0) })
      _ = second.initialize(from: affine.shift.lazy.map { Float($0) })
    }
  }

  /// Both parts in host memory.
  var arrays: (first: [Float], second: [Float]) {
    let counts = counts
    var second: [Float] = []
    let first = [Float](unsafeUninitializedCapacity: counts.first) { first, firstCount in
      second = [Float](unsafeUninitializedCapacity: counts.second) { second, secondCount in
        write(
          first: UnsafeMutableBufferPointer(rebasing: first[..<counts.first]),
          UnsafeMutableBufferPointer(rebasing: second[..<counts.second]))
        secondCount = counts.second
      }
      firstCount = counts.first
    }
    return (first, second)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// `count` floats from an offset in bytes on.
  fileprivate func floats(from offset: Int, _ count: Int) -> UnsafeMutableBufferPointer<Float> {
    Self(rebasing: self[offset..<offset + count * MemoryLayout<Float>.stride]).bindMemory(to: Float.self)
  }
}
