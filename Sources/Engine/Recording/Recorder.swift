import Kernels
import Networks
import OpenCL
import Tensors

/// Turns the steps of a plan into launches, block by block. It needs no device: what it makes says which kernels a device
/// must build, and is bound to a device's memory once.
struct Recorder {
  let plan: Plan
  let tuning: KernelTuning

  /// Where a view of activations begins and how far its images lie apart, in elements: the kernels' `ulong2 at`.
  func place(_ id: Plan.Value.ID) -> SIMD2<UInt64> {
    let value = plan.values[id]
    let storage = plan.storages[value.storage]
    let plane = storage.shape.height * storage.shape.width
    let offset = storage.offset / value.precision.byteCount
    return SIMD2(UInt64(offset + value.channelOffset * plane), UInt64(storage.shape.channels * plane))
  }

  /// The kernels' `int4 shape`: batch, channels, height, width.
  func extents(_ id: Plan.Value.ID) -> SIMD4<Int32> {
    let shape = plan.values[id].shape
    return SIMD4(Int32(shape.batch), Int32(shape.channels), Int32(shape.height), Int32(shape.width))
  }

  /// The launches of each step, in the plan's order; none where there is nothing to do.
  ///
  /// - Throws: `DivisionError` where the tuning has no kernel for a step's method.
  func specifications() throws -> [[LaunchSpecification]] {
    try plan.steps.enumerated().map { index, step in try computing(step).launches(of: step, at: index) }
  }

  /// The recorder with a step's own tuning.
  private func computing(_ step: Plan.Step) -> Recorder {
    tuning.exception == nil ? self : Recorder(plan: plan, tuning: tuning.of(step))
  }

  /// One command graph for each block, in the plan's order.
  static func graphs(of plan: Plan, _ launches: [[Launch]]) -> [CommandGraph] {
    var graphs: [CommandGraph] = []
    for (step, launches) in zip(plan.steps, launches) where !launches.isEmpty {
      if graphs.last?.name != step.block { graphs.append(CommandGraph(name: step.block)) }
      for launch in launches { graphs[graphs.count - 1].record(launch) }
    }
    return graphs
  }

  private func launches(of step: Plan.Step, at index: Int) throws -> [LaunchSpecification] {
    let (input, output) = (step.inputs[0], step.output)
    switch step.operation {
    case .convolution(let convolution, _, let epilogue):
      return try convolve(ConvolutionStep(step, at: index, convolution, epilogue, of: plan))
    case .fuseMaps(let convolution, let sigmoid):
      return [fuseMaps(step, at: index, convolution, sigmoid: sigmoid)]
    case .batchNorm(_, let relu):
      return [
        elementwise(step, stored(relu ? "batch_norm_relu" : "batch_norm", of: .batchNorm, on: input)) {
          kernel, memory in
          try kernel.bind(
            memory.arena, place(input), extents(input), memory.parameters.buffer, memory.parameters.place(index),
            memory.arena, place(output))
        }
      ]
    case .relu: return [pointwise(step, "relu", from: .relu)]
    case .sigmoid: return [pointwise(step, "sigmoid", from: .sigmoid)]
    case .maxPool(let pool):
      let kernels = Resampler(
        planar: ("max_pool", .maxPool), onCPU: ("max_pool_c16", .maxPoolC16),
        onGPU: ("max_pool_c16_gpu", .maxPoolC16GPU))
      return [
        resampling(step, kernels) { kernel, memory in
          try kernel.bind(
            memory.arena, place(input), extents(input), memory.arena, place(output), extents(output),
            Int32(pool.kernel), Int32(pool.stride))
        }
      ]
    case .upsample(let centers):
      let kernels = Resampler(
        planar: ("upsample_bilinear", .upsample), onCPU: ("upsample_c16", .upsampleC16),
        onGPU: ("upsample_c16_gpu", .upsampleC16GPU))
      return [
        resampling(step, kernels) { kernel, memory in
          try kernel.bind(
            memory.arena, place(input), extents(input), memory.arena, place(output), extents(output),
            grid(from: input, to: output, centers))
        }
      ]
    case .concat:
      return step.inputs.indices.filter { !plan.isInPlace(inputNumber: $0, of: step) }.map { number in
        copy(inputNumber: number, of: step)
      }
    case .convert: return [convert(step)]
    case .add:
      return [
        elementwise(step, stored("add", of: .add, on: input)) { kernel, memory in
          try kernel.bind(
            memory.arena, place(input), memory.arena, place(step.inputs[1]), extents(input), memory.arena,
            place(output))
        }
      ]
    }
  }

  /// The kernels' `float4 grid`: scale and shift of rows, scale and shift of columns.
  func grid(from input: Plan.Value.ID, to output: Plan.Value.ID, _ centers: PixelCenters) -> SIMD4<Float> {
    let (source, target) = (plan.values[input].shape, plan.values[output].shape)
    let rows = centers.mapping(from: source.height, to: target.height)
    let columns = centers.mapping(from: source.width, to: target.width)
    return SIMD4(rows.scale, rows.shift, columns.scale, columns.shift)
  }

  /// A kernel compiled with constants.
  func variant(_ function: String, of source: KernelSource, options: String = "") -> KernelVariant {
    KernelVariant(function: function, source: source, options: options)
  }

  /// A portable kernel, compiled with constants and for the format in which a value is stored.
  func stored(
    _ function: String, of source: KernelSource, on value: Plan.Value.ID, options: String = ""
  ) -> KernelVariant {
    variant(function, of: source, options: [options, plan.values[value].precision.storageOptions].buildOptions)
  }

  private func pointwise(_ step: Plan.Step, _ function: String, from source: KernelSource) -> LaunchSpecification {
    let input = step.inputs[0]
    return elementwise(step, stored(function, of: source, on: input)) { kernel, memory in
      try kernel.bind(memory.arena, place(input), extents(input), memory.arena, place(step.output))
    }
  }

  private func copy(inputNumber number: Int, of step: Plan.Step) -> LaunchSpecification {
    let input = step.inputs[number]
    let shape = plan.values[input].shape
    let channel = plan.channel(ofInputNumber: number, of: step)
    var target = place(step.output)
    target.x += UInt64(channel * shape.height * shape.width)
    let variant = stored("concat", of: .concat, on: input)
    return elementwise("\(step.name)[\(number)]", variant, over: shape) { [target] kernel, memory in
      try kernel.bind(memory.arena, place(input), extents(input), memory.arena, target)
    }
  }

  /// A copy in another format; a plain copy of what fits no blocks, which is float32 on both sides.
  private func convert(_ step: Plan.Step) -> LaunchSpecification {
    let input = step.inputs[0]
    let (source, target) = (plan.values[input], plan.values[step.output])
    let bind = { (kernel: Kernel, memory: RunMemory) in
      try kernel.bind(memory.arena, place(input), extents(input), memory.arena, place(step.output))
    }
    guard source.precision != target.precision else {
      return elementwise(step, stored("concat", of: .concat, on: input), bind: bind)
    }
    guard source.layout == .blocked else {
      // One of the two is float32, and the kernel is compiled for the other.
      let (function, other) =
        source.precision == .float32 ? ("floats_to_elements", step.output) : ("elements_to_floats", input)
      return elementwise(step, stored(function, of: .convert, on: other), bind: bind)
    }
    let function = target.precision == .float16 ? "floats_to_halves" : "halves_to_floats"
    let items = [source.shape.elementCount / source.shape.batch / 4, source.shape.batch]
    return LaunchSpecification(
      step.name, variant(function, of: .convertStorage, options: ""), items: items, group: tuning.elementGroup,
      bind: bind)
  }

  /// The kernels of a max pool or an upsampling, by the layout of what is read and the kind of device.
  private struct Resampler {
    let planar: (String, KernelSource)
    let onCPU: (String, KernelSource)
    let onGPU: (String, KernelSource)
  }

  private func resampling(
    _ step: Plan.Step, _ kernels: Resampler, bind: @escaping (Kernel, RunMemory) throws -> Void
  ) -> LaunchSpecification {
    let shape = plan.values[step.output].shape
    let blocks = shape.batch * shape.channels / 16
    guard plan.values[step.inputs[0]].layout == .blocked else {
      return elementwise(step, stored(kernels.planar.0, of: kernels.planar.1, on: step.inputs[0]), bind: bind)
    }
    guard let gpu = tuning.gpu else {
      // A work-item for each row of each block of 16 channels.
      return LaunchSpecification(
        step.name, variant(kernels.onCPU.0, of: kernels.onCPU.1), items: [shape.height, blocks], group: [1, 1],
        isGroupFixed: true, bind: bind)
    }
    // A work-item for each vector of 16 bytes.
    return LaunchSpecification(
      step.name, variant(kernels.onGPU.0, of: kernels.onGPU.1, options: gpu.storageOptions),
      items: [shape.height * shape.width * 16 / gpu.vectorChannels, blocks], group: [64, 1], bind: bind)
  }

  private func elementwise(
    _ step: Plan.Step, _ variant: KernelVariant, bind: @escaping (Kernel, RunMemory) throws -> Void
  ) -> LaunchSpecification {
    elementwise(step.name, variant, over: plan.values[step.output].shape, bind: bind)
  }

  private func elementwise(
    _ label: String, _ variant: KernelVariant, over shape: Shape,
    bind: @escaping (Kernel, RunMemory) throws -> Void
  ) -> LaunchSpecification {
    LaunchSpecification(
      label, variant, items: [shape.height * shape.width, shape.batch * shape.channels], group: tuning.elementGroup,
      bind: bind)
  }
}
