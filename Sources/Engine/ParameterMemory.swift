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

  /// Where a step's two blocks begin: the kernels' `ulong2 weights_and_bias`.
  func place(_ index: Int) -> SIMD2<UInt64> { places[index] ?? SIMD2(0, 0) }

  /// Memory for what the steps of a plan need, yet to be filled.
  init(of plan: Plan, tuning: KernelTuning, queue: Queue) throws {
    var places: [Int: SIMD2<UInt64>] = [:]
    var count = 0
    for (index, step) in plan.steps.enumerated() {
      guard let sizes = Self.sizes(of: step, in: plan, tuning.of(step)) else { continue }
      // Every block begins at a multiple of 64 bytes.
      let second = count + (sizes.first + 15) / 16 * 16
      places[index] = SIMD2(UInt64(count), UInt64(second))
      count = second + (sizes.second + 15) / 16 * 16
    }
    buffer = try Buffer(context: queue.context, byteCount: count * MemoryLayout<Float>.stride)
    self.places = places
  }

  /// Packs and uploads what the steps of the plan need; on CPU devices it is packed where it will lie.
  ///
  /// - Throws: `ParameterError` naming the tensor that is missing, misshapen or damaged; `CLError`.
  func fill(
    for plan: Plan, graph: Graph, from source: some ParameterSource, tuning: KernelTuning, queue: Queue,
    on device: Device
  ) throws {
    // Tensors come and go; the allocator would keep tens of megabytes of them.
    u2cl_begin_large_blocks()
    defer { u2cl_end_large_blocks() }
    let tensors = ParameterReader(graph: graph, source: source)
    let blocks = plan.steps.enumerated().lazy.compactMap { index, step in
      places[index].map { (step: step, layout: tuning.of(step).weightLayout(for: step.method), place: $0) }
    }
    if device.kind == .cpu, !blocks.isEmpty, !blocks.contains(where: \.layout.isHalf) {
      try queue.withContents(of: buffer) { contents in
        let floats = contents.bindMemory(to: Float.self)
        for (step, layout, place) in blocks {
          let block = try tensors.block(of: step, layout: layout)
          block.write(
            first: floats.part(from: place.x, block.counts.first), floats.part(from: place.y, block.counts.second))
        }
      }
    } else {
      for (step, layout, place) in blocks {
        let (first, second) = try tensors.block(of: step, layout: layout).arrays
        if layout.isHalf {
          try write(first.map { Float16($0).bitPattern }, at: place.x, on: queue)
        } else {
          try write(first, at: place.x, on: queue)
        }
        try write(second, at: place.y, on: queue)
      }
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
        out: convolution.outChannels, in: plan.inChannels(of: step),
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
    case .relu, .sigmoid, .maxPool, .upsample, .concat, .add, .convert:
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

  /// What a step that has parameters has of them.
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

/// The parameters of one step, in two parts.
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

  /// Both in memory of the host's.
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

extension UnsafeMutableBufferPointer<Float> {
  fileprivate func part(from offset: UInt64, _ count: Int) -> Self {
    Self(rebasing: self[Int(offset)..<Int(offset) + count])
  }
}
