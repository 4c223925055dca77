import Kernels
import Networks
import OpenCL
import Tensors

// Everything but convolutions.
extension Recorder {
  /// A step whose kernel computes each element of the output from the same element of the first input.
  ///
  /// - Parameter arguments: those between the input and the output.
  func elementwise(
    _ step: Plan.Step, _ function: String, _ source: KernelSource, _ arguments: [LaunchArgument] = []
  ) -> LaunchSpecification {
    let input = step.inputs[0]
    return perElement(
      step.name, stored(function, of: source, as: input), over: plan.values[step.output].shape,
      [view(input), extents(input)] + arguments + [view(step.output)])
  }

  func add(_ step: Plan.Step) -> LaunchSpecification {
    perElement(
      step.name, stored("add", of: .add, as: step.inputs[0]), over: plan.values[step.output].shape,
      [view(step.inputs[0]), view(step.inputs[1]), extents(step.output), view(step.output)])
  }

  /// A copy of one input of a concat to its channels of the result.
  func copy(inputNumber number: Int, of step: Plan.Step) -> LaunchSpecification {
    let input = step.inputs[number]
    let shape = plan.values[input].shape
    let channel = plan.channel(ofInputNumber: number, of: step)
    var target = region(of: step.output)
    target.x += UInt64(channel * shape.height * shape.width)
    return perElement(
      "\(step.name)[\(number)]", stored("concat", of: .concat, as: input), over: shape,
      [view(input), extents(input), .activations(at: target)])
  }

  /// A copy in another format, or a plain copy if both are stored alike: values that do not lie in blocks are float32
  /// on both sides of a block's border.
  func convert(_ step: Plan.Step) -> LaunchSpecification {
    let input = step.inputs[0]
    let (source, target) = (plan.values[input], plan.values[step.output])
    let arguments = [view(input), extents(input), view(step.output)]
    if source.precision == target.precision {
      return perElement(step.name, stored("concat", of: .concat, as: input), over: target.shape, arguments)
    }
    guard source.layout == .blocked else {
      // One of the two is float32, and the kernel is compiled for the other.
      let variant =
        source.precision == .float32
        ? stored("floats_to_elements", of: .convert, as: step.output)
        : stored("elements_to_floats", of: .convert, as: input)
      return perElement(step.name, variant, over: target.shape, arguments)
    }
    let function = target.precision == .float16 ? "floats_to_halves" : "halves_to_floats"
    // Four elements for each work-item.
    let items = [source.shape.elementCount / source.shape.batch / 4, source.shape.batch]
    return LaunchSpecification(
      step.name, variant(function, of: .convertStorage), items: items, group: tuning.elementGroup, arguments)
  }

  func maxPool(_ step: Plan.Step, _ pool: MaxPool) -> LaunchSpecification {
    let kernels = Resampler(
      planar: ("max_pool", .maxPool), onCPU: ("max_pool_c16", .maxPoolC16), onGPU: ("max_pool_c16_gpu", .maxPoolC16GPU)
    )
    return resampling(step, kernels, [.int(pool.kernel), .int(pool.stride)])
  }

  func upsample(_ step: Plan.Step, _ centers: PixelCenters) -> LaunchSpecification {
    let kernels = Resampler(
      planar: ("upsample_bilinear", .upsample), onCPU: ("upsample_c16", .upsampleC16),
      onGPU: ("upsample_c16_gpu", .upsampleC16GPU))
    return resampling(step, kernels, [grid(from: step.inputs[0], to: step.output, centers)])
  }

  /// The kernels of a max pool or an upsampling, by the layout of the input and the kind of device.
  private struct Resampler {
    let planar: (function: String, source: KernelSource)
    let onCPU: (function: String, source: KernelSource)
    let onGPU: (function: String, source: KernelSource)
  }

  private func resampling(
    _ step: Plan.Step, _ kernels: Resampler, _ constants: [LaunchArgument]
  ) -> LaunchSpecification {
    let (input, output) = (step.inputs[0], step.output)
    let shape = plan.values[output].shape
    let arguments = [view(input), extents(input), view(output), extents(output)] + constants
    guard plan.values[input].layout == .blocked else {
      return perElement(
        step.name, stored(kernels.planar.function, of: kernels.planar.source, as: input), over: shape, arguments)
    }
    guard let gpu = tuning.gpu else {
      // One work-item for each row of each block.
      return LaunchSpecification(
        step.name, variant(kernels.onCPU.function, of: kernels.onCPU.source),
        items: [shape.height, shape.batch * shape.blocks], group: [1, 1], isGroupFixed: true, arguments)
    }
    // One work-item for each vector of 16 bytes.
    let vectorsOfPixel = channelsOfBlock / gpu.precision.elementsOfVector
    return LaunchSpecification(
      step.name, variant(kernels.onGPU.function, of: kernels.onGPU.source, options: gpu.precision.storageOptions),
      items: [shape.height * shape.width * vectorsOfPixel, shape.batch * shape.blocks], group: [64, 1], arguments)
  }

  /// A launch of one work-item for each element of a planar value, or of a blocked one that is treated like it.
  private func perElement(
    _ label: String, _ variant: KernelVariant, over shape: Shape, _ arguments: [LaunchArgument]
  ) -> LaunchSpecification {
    LaunchSpecification(
      label, variant, items: [shape.height * shape.width, shape.batch * shape.channels], group: tuning.elementGroup,
      arguments)
  }

  /// The 1×1 convolution of maps of different sizes.
  func fuseMaps(_ step: Plan.Step, at index: Int, _ convolution: Convolution, sigmoid: Bool) -> LaunchSpecification {
    let regions = step.inputs.map(region)
    let shapes = step.inputs.map { plan.values[$0].shape }
    let output = plan.values[step.output].shape
    let segment = tuning.mapSegment
    return LaunchSpecification(
      step.name, stored("fuse_maps", of: .fuseMaps, as: step.output, options: "-D SEGMENT=\(segment)"),
      items: [output.width.dividedRoundingUp(by: segment), output.height, output.batch * output.channels],
      group: tuning.convolutionGroup, multiplyAdds: output.elementCount * shapes.reduce(0) { $0 + $1.channels },
      [
        .arena, .int(step.inputs.count), .int(shapes[0].channels),
        .value(SIMD8(filling: regions.map(\.x))), .value(SIMD8(filling: regions.map(\.y))),
        .value(SIMD8(filling: shapes.map { Int32($0.height) })), .value(SIMD8(filling: shapes.map { Int32($0.width) })),
        .parameters(ofStep: index), view(step.output), extents(step.output), .flag(sigmoid),
      ])
  }
}

extension SIMD8 where Scalar: FixedWidthInteger {
  /// Up to eight values, and zeros behind them.
  fileprivate init(filling values: [Scalar]) {
    self.init()
    for (index, value) in values.enumerated() { self[index] = value }
  }
}
