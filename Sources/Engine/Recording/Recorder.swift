import Kernels
import Networks
import OpenCL
import Tensors

/// Turns the steps of a plan into launches. No device is needed: a launch specification names the kernel to build and
/// is bound to a device's memory later.
struct Recorder {
  let plan: Plan
  let tuning: KernelTuning

  /// The launches of each step, in the plan's order; an empty array for a step that has nothing to do.
  ///
  /// - Throws: `UncomputableStepError` if the tuning has no kernel for a step's method.
  func specifications() throws -> [[LaunchSpecification]] {
    try plan.steps.enumerated().map { index, step in try recorder(for: step).launches(of: step, at: index) }
  }

  /// A recorder with the step's own tuning.
  private func recorder(for step: Plan.Step) -> Recorder {
    tuning.exception == nil ? self : Recorder(plan: plan, tuning: tuning.of(step))
  }

  /// One command graph for each block of the network, in the plan's order.
  static func graphs(of plan: Plan, _ launches: [[Launch]]) -> [CommandGraph] {
    var graphs: [CommandGraph] = []
    for (step, launches) in zip(plan.steps, launches) where !launches.isEmpty {
      if graphs.last?.name != step.block { graphs.append(CommandGraph(name: step.block)) }
      for launch in launches { graphs[graphs.count - 1].record(launch) }
    }
    return graphs
  }

  private func launches(of step: Plan.Step, at index: Int) throws -> [LaunchSpecification] {
    switch step.operation {
    case .convolution(let convolution, _, let epilogue):
      return try convolve(ConvolutionStep(step, at: index, convolution, epilogue, of: plan))
    case .fuseMaps(let convolution, let sigmoid):
      return [fuseMaps(step, at: index, convolution, sigmoid: sigmoid)]
    case .batchNorm(_, let relu):
      let function = relu ? "batch_norm_relu" : "batch_norm"
      return [elementwise(step, function, .batchNorm, [.parameters(ofStep: index)])]
    case .relu: return [elementwise(step, "relu", .relu)]
    case .sigmoid: return [elementwise(step, "sigmoid", .sigmoid)]
    case .maxPool(let pool): return [maxPool(step, pool)]
    case .upsample(let centers): return [upsample(step, centers)]
    case .concat:
      return step.inputs.indices.filter { !plan.isInPlace(inputNumber: $0, of: step) }.map { number in
        copy(inputNumber: number, of: step)
      }
    case .convert: return [convert(step)]
    case .add: return [add(step)]
    }
  }
}

// Arguments that several kernels share.
extension Recorder {
  /// Where a value begins in the arena and how far its images lie apart, in elements: the kernels' `ulong2 at`.
  func region(of id: Plan.Value.ID) -> SIMD2<UInt64> {
    let value = plan.values[id]
    let storage = plan.storages[value.storage]
    let plane = storage.shape.height * storage.shape.width
    let start = storage.offset / value.precision.byteCount + value.channelOffset * plane
    return SIMD2(UInt64(start), UInt64(storage.shape.channels * plane))
  }

  /// A value.
  func view(_ id: Plan.Value.ID) -> LaunchArgument { .activations(at: region(of: id)) }

  /// A value's extents, the kernels' `int4 shape`: batch, channels, height, width.
  func extents(_ id: Plan.Value.ID) -> LaunchArgument {
    let shape = plan.values[id].shape
    return .value(SIMD4(Int32(shape.batch), Int32(shape.channels), Int32(shape.height), Int32(shape.width)))
  }

  /// The kernels' `float4 grid` of a resampling: scale and shift of rows, scale and shift of columns.
  func grid(from input: Plan.Value.ID, to output: Plan.Value.ID, _ centers: PixelCenters) -> LaunchArgument {
    let (source, target) = (plan.values[input].shape, plan.values[output].shape)
    let rows = centers.mapping(from: source.height, to: target.height)
    let columns = centers.mapping(from: source.width, to: target.width)
    return .value(SIMD4(rows.scale, rows.shift, columns.scale, columns.shift))
  }

  /// A kernel compiled with constants.
  func variant(_ function: String, of source: KernelSource, options: String = "") -> KernelVariant {
    KernelVariant(function: function, source: source, options: options)
  }

  /// A portable kernel, compiled with constants and for the format in which a value is stored.
  func stored(
    _ function: String, of source: KernelSource, as value: Plan.Value.ID, options: String = ""
  ) -> KernelVariant {
    variant(function, of: source, options: [options, plan.values[value].precision.storageOptions].buildOptions)
  }
}
