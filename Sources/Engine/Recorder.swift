import Kernels
import Networks
import OpenCL
import Tensors

/// Turns the steps of a plan into launches whose arguments are bound once, block by block.
struct Recorder {
  let plan: Plan
  let session: DeviceSession
  let tuning: KernelTuning
  let arena: Buffer
  let parameters: ParameterMemory
  let scratch: Buffer

  /// Where a view of activations begins and how far its images lie apart, in elements: the kernels' `ulong2 at`.
  func place(_ id: Plan.Value.ID) -> SIMD2<UInt64> {
    let value = plan.values[id]
    let storage = plan.storages[value.storage]
    let plane = storage.shape.height * storage.shape.width
    let offset = storage.offset * MemoryLayout<Float>.stride / value.precision.byteCount
    return SIMD2(UInt64(offset + value.channelOffset * plane), UInt64(storage.shape.channels * plane))
  }

  /// The kernels' `int4 shape`: batch, channels, height, width.
  func extents(_ id: Plan.Value.ID) -> SIMD4<Int32> {
    let shape = plan.values[id].shape
    return SIMD4(Int32(shape.batch), Int32(shape.channels), Int32(shape.height), Int32(shape.width))
  }

  /// The launches of each step, in the plan's order; none where there is nothing to do.
  func record() throws -> [[Launch]] {
    try plan.steps.enumerated().map { index, step in
      let recorder = computing(step)
      var launches = try recorder.launches(of: step, at: index)
      if !launches.isEmpty { launches[0].bytes = plan.leastTraffic(of: step, recorder.tuning) }
      return launches
    }
  }

  /// The recorder with a step's own tuning.
  private func computing(_ step: Plan.Step) -> Recorder {
    guard tuning.exception != nil else { return self }
    return Recorder(
      plan: plan, session: session, tuning: tuning.of(step), arena: arena, parameters: parameters, scratch: scratch)
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

  private func launches(of step: Plan.Step, at index: Int) throws -> [Launch] {
    let input = step.inputs[0]
    switch step.operation {
    case .convolution(let convolution, _, let epilogue):
      return try convolve(step, at: index, convolution, epilogue)
    case .fuseMaps(let convolution, let sigmoid):
      return [try fuseMaps(step, at: index, convolution, sigmoid: sigmoid)]
    case .batchNorm(_, let relu):
      let kernel = try kernel(relu ? "batch_norm_relu" : "batch_norm", from: .batchNorm)
      try kernel.bind(
        arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output))
      return [elementwise(step, kernel)]
    case .relu: return [try pointwise(step, "relu", from: .relu)]
    case .sigmoid: return [try pointwise(step, "sigmoid", from: .sigmoid)]
    case .maxPool(let pool):
      let kernel = try resampler(
        of: step, planar: ("max_pool", .maxPool), onCPU: ("max_pool_c16", .maxPoolC16),
        onGPU: ("max_pool_c16_gpu", .maxPoolC16GPU))
      try kernel.bind(
        arena, place(input), extents(input), arena, place(step.output), extents(step.output), Int32(pool.kernel),
        Int32(pool.stride))
      return [resampling(step, kernel)]
    case .upsample(let centers):
      let kernel = try resampler(
        of: step, planar: ("upsample_bilinear", .upsample), onCPU: ("upsample_c16", .upsampleC16),
        onGPU: ("upsample_c16_gpu", .upsampleC16GPU))
      try kernel.bind(
        arena, place(input), extents(input), arena, place(step.output), extents(step.output),
        grid(from: input, to: step.output, centers))
      return [resampling(step, kernel)]
    case .concat:
      return try step.inputs.indices.filter { !plan.isInPlace(inputNumber: $0, of: step) }.map { number in
        try copy(inputNumber: number, of: step)
      }
    case .convert: return [try convert(step)]
    case .add:
      let kernel = try elementKernel("add", from: .add, on: input)
      try kernel.bind(
        arena, place(input), arena, place(step.inputs[1]), extents(input), arena, place(step.output))
      return [elementwise(step, kernel)]
    }
  }

  /// The kernels' `float4 grid`: scale and shift of rows, scale and shift of columns.
  func grid(from input: Plan.Value.ID, to output: Plan.Value.ID, _ centers: PixelCenters) -> SIMD4<Float> {
    let (source, target) = (plan.values[input].shape, plan.values[output].shape)
    let rows = centers.mapping(from: source.height, to: target.height)
    let columns = centers.mapping(from: source.width, to: target.width)
    return SIMD4(rows.scale, rows.shift, columns.scale, columns.shift)
  }

  /// A kernel for one launch, compiled with constants of its own or with the tuning's.
  func kernel(_ name: String, from source: KernelSource, options: String? = nil) throws -> Kernel {
    try session.kernel(name, from: source, options: options ?? (source.takesConstants ? tuning.buildOptions : ""))
  }

  func parameterPlace(_ index: Int) -> SIMD2<UInt64> { parameters.places[index] ?? SIMD2(0, 0) }

  private func pointwise(_ step: Plan.Step, _ name: String, from source: KernelSource) throws -> Launch {
    let kernel = try elementKernel(name, from: source, on: step.inputs[0])
    try kernel.bind(arena, place(step.inputs[0]), extents(step.inputs[0]), arena, place(step.output))
    return elementwise(step, kernel)
  }

  private func copy(inputNumber number: Int, of step: Plan.Step) throws -> Launch {
    let input = step.inputs[number]
    let shape = plan.values[input].shape
    let channel = plan.channel(ofInputNumber: number, of: step)
    var target = place(step.output)
    target.x += UInt64(channel * shape.height * shape.width)
    let kernel = try elementKernel("concat", from: .concat, on: input)
    try kernel.bind(arena, place(input), extents(input), arena, target)
    return launch("\(step.name)[\(number)]", kernel, over: shape)
  }

  /// Halves of floats or floats of halves; a plain copy of what fits no blocks, which is float32 on both sides.
  private func convert(_ step: Plan.Step) throws -> Launch {
    let input = step.inputs[0]
    let (source, target) = (plan.values[input], plan.values[step.output])
    guard source.precision != target.precision else {
      let kernel = try elementKernel("concat", from: .concat, on: input)
      try kernel.bind(arena, place(input), extents(input), arena, place(step.output))
      return elementwise(step, kernel)
    }
    let kernel = try kernel(
      target.precision == .float16 ? "floats_to_halves" : "halves_to_floats", from: .convertStorage, options: "")
    try kernel.bind(arena, place(input), extents(input), arena, place(step.output))
    let items = [source.shape.elementCount / source.shape.batch / 4, source.shape.batch]
    return Launch(label: step.name, kernel: kernel, size: WorkSize(covering: items, local: tuning.elementGroup))
  }

  /// A kernel that computes element by element, whatever the elements of a value.
  private func elementKernel(_ name: String, from source: KernelSource, on value: Plan.Value.ID) throws -> Kernel {
    try kernel(name, from: source, options: plan.values[value].precision.storageOptions)
  }

  /// The kernel of a max pool or an upsampling, by the layout of what it reads and the kind of device.
  private func resampler(
    of step: Plan.Step, planar: (String, KernelSource), onCPU: (String, KernelSource), onGPU: (String, KernelSource)
  ) throws -> Kernel {
    guard plan.values[step.inputs[0]].layout == .blocked else { return try kernel(planar.0, from: planar.1) }
    if let gpu = tuning.gpu { return try kernel(onGPU.0, from: onGPU.1, options: gpu.storageOptions) }
    return try kernel(onCPU.0, from: onCPU.1)
  }

  /// Its launch.
  private func resampling(_ step: Plan.Step, _ kernel: Kernel) -> Launch {
    guard plan.values[step.inputs[0]].layout == .blocked else { return elementwise(step, kernel) }
    if let gpu = tuning.gpu { return vectorwise(step, kernel, gpu) }
    return rowwise(step, kernel)
  }

  /// A work-item for each row of each block of 16 channels.
  private func rowwise(_ step: Plan.Step, _ kernel: Kernel) -> Launch {
    let shape = plan.values[step.output].shape
    let items = [shape.height, shape.batch * shape.channels / 16]
    return Launch(label: step.name, kernel: kernel, size: WorkSize(covering: items, local: [1, 1]))
  }

  private func elementwise(_ step: Plan.Step, _ kernel: Kernel) -> Launch {
    launch(step.name, kernel, over: plan.values[step.output].shape)
  }

  private func launch(_ label: String, _ kernel: Kernel, over shape: Shape) -> Launch {
    let items = [shape.height * shape.width, shape.batch * shape.channels]
    return Launch(label: label, kernel: kernel, size: WorkSize(covering: items, local: tuning.elementGroup))
  }
}
