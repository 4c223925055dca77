import CProcessMemory
import Networks
import OpenCL
import Tensors

/// The parameters of a plan on the device: one buffer, filled step by step, so that the host never holds more than one
/// packed tensor.
struct ParameterMemory {
  /// Everything: float32, and halves where a kernel wants them.
  let buffer: Buffer
  /// For each step that has parameters, by its index: the offsets, in elements, of its weights and bias (a convolution)
  /// or scale and shift (a batch norm).
  let places: [Int: SIMD2<UInt64>]

  /// Memory for what the steps of a plan need, yet to be filled.
  init(of plan: Plan, tuning: KernelTuning, queue: Queue) throws {
    var places: [Int: SIMD2<UInt64>] = [:]
    var count = 0
    for (index, step) in plan.steps.enumerated() {
      guard let sizes = Self.sizes(of: step, in: plan, tuning) else { continue }
      // Every block begins at a multiple of 64 bytes.
      let second = count + (sizes.first + 15) / 16 * 16
      places[index] = SIMD2(UInt64(count), UInt64(second))
      count = second + (sizes.second + 15) / 16 * 16
    }
    buffer = try Buffer(context: queue.context, byteCount: count * MemoryLayout<Float>.stride)
    self.places = places
  }

  /// Packs and uploads what the steps of the plan need.
  ///
  /// - Throws: `ParameterError` naming the tensor that is missing, misshapen or damaged; `CLError`.
  func fill(for plan: Plan, graph: Graph, from source: some ParameterSource, tuning: KernelTuning, queue: Queue) throws
  {
    let tensors = ParameterReader(graph: graph, source: source)
    // Tensors come and go; the allocator would keep tens of megabytes of them.
    u2cl_begin_large_blocks()
    defer { u2cl_end_large_blocks() }
    for (index, step) in plan.steps.enumerated() {
      guard let place = places[index],
        let blocks = try tensors.blocks(of: step, layout: tuning.weightLayout(for: step.method))
      else { continue }
      if tuning.weightLayout(for: step.method).isHalf {
        try write(blocks.first.map { Float16($0).bitPattern }, at: place.x, on: queue)
      } else {
        try write(blocks.first, at: place.x, on: queue)
      }
      try write(blocks.second, at: place.y, on: queue)
    }
  }

  private func write(_ block: [some BitwiseCopyable], at offset: UInt64, on queue: Queue) throws {
    try block.withUnsafeBytes { bytes in
      try queue.write(bytes, to: buffer, offset: Int(offset) * MemoryLayout<Float>.stride)
    }
  }

  /// The float32 elements that a step's two blocks take; nil where it has no parameters.
  private static func sizes(of step: Step, in plan: Plan, _ tuning: KernelTuning) -> (first: Int, second: Int)? {
    switch step.operation {
    case .convolution(let convolution, _, _):
      let layout = tuning.weightLayout(for: step.method)
      let counts = layout.counts(
        out: convolution.outChannels, in: plan.values[step.inputs[0]].shape.channels,
        taps: convolution.kernel * convolution.kernel)
      return (layout.isHalf ? counts.weights.dividedRoundingUp(by: 2) : counts.weights, counts.bias)
    case .fuseMaps(let convolution, _):
      let counts = WeightLayout.outputTiles(1).counts(
        out: convolution.outChannels,
        in: step.inputs.reduce(0) { $0 + plan.values[$1].shape.channels }, taps: 1)
      return (counts.weights, counts.bias)
    case .batchNorm:
      let channels = plan.values[step.output].shape.channels
      return (channels, channels)
    case .relu, .sigmoid, .maxPool, .upsample, .concat, .add:
      return nil
    }
  }

  private typealias Step = Plan.Step
}

/// Reads the tensors that steps name, checked against the graph.
private struct ParameterReader<Source: ParameterSource> {
  let graph: Graph
  let source: Source
  private let parameters: [String: Parameter]

  init(graph: Graph, source: Source) {
    self.graph = graph
    self.source = source
    parameters = Dictionary(graph.parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// A step's two blocks, packed; nil where it has no parameters.
  func blocks(of step: Plan.Step, layout: WeightLayout) throws -> (first: [Float], second: [Float])? {
    switch step.operation {
    case .convolution(let convolution, let folded, _):
      let packed = PackedConvolution(
        weights: try tensor(convolution.weight), bias: try convolution.bias.map(tensor),
        affine: try folded.map(affine), layout: layout)
      return (packed.weights, packed.bias)
    case .fuseMaps(let convolution, _):
      let packed = PackedConvolution(
        weights: try tensor(convolution.weight), bias: try convolution.bias.map(tensor), affine: nil,
        layout: .outputTiles(1))
      return (packed.weights, packed.bias)
    case .batchNorm(let norm, _):
      let affine = try affine(norm)
      return (affine.scale.map { Float($0) }, affine.shift.map { Float($0) })
    case .relu, .sigmoid, .maxPool, .upsample, .concat, .add:
      return nil
    }
  }

  private func tensor(_ name: String) throws -> Tensor {
    guard let parameter = parameters[name] else { throw MissingParameter(name: name) }
    return try graph.tensor(parameter, from: source)
  }

  private func affine(_ norm: BatchNorm) throws -> ChannelAffine { try ChannelAffine(norm, tensor: tensor) }
}
