import Kernels
import Networks
import OpenCL
import Tensors

extension Recorder {
  /// The launch of a convolution, by the kernel for the layouts on both sides.
  func convolve(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue
  ) throws -> Launch {
    switch plan.method(of: step) {
    case .planar: try planar(step, at: index, convolution, epilogue)
    case .planarToBlocked: try planarToBlocked(step, at: index, convolution, epilogue)
    case .blocked: try blocked(step, at: index, convolution, epilogue)
    case .winograd: try winograd(step, at: index, convolution, epilogue)
    case .blockedToPlanar: try blockedToPlanar(step, at: index, convolution, epilogue)
    }
  }

  /// The kernels' `int4 window`: kernel, stride, padding, dilation.
  private func window(_ convolution: Convolution) -> SIMD4<Int32> {
    SIMD4(
      Int32(convolution.kernel), Int32(convolution.stride), Int32(convolution.padding), Int32(convolution.dilation))
  }

  private func launch(_ step: Plan.Step, _ convolution: Convolution, _ kernel: Kernel, _ size: WorkSize) -> Launch {
    let inChannels = plan.values[step.inputs[0]].shape.channels
    let taps = convolution.kernel * convolution.kernel
    return Launch(
      label: step.name, kernel: kernel, size: size,
      multiplyAdds: plan.values[step.output].shape.elementCount * inChannels * taps)
  }

  private func planar(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue
  ) throws -> Launch {
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    let name =
      switch epilogue {
      case .bias: "conv2d"
      case .relu: "conv2d_relu"
      case .reluAdd: "conv2d_relu_add"
      }
    let kernel = try kernel(name, from: .conv2d)
    if epilogue == .reluAdd {
      try kernel.bind(
        arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
        extents(step.output), window(convolution), arena, place(step.inputs[1]))
    } else {
      try kernel.bind(
        arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
        extents(step.output), window(convolution))
    }
    let items = [
      output.width.dividedRoundingUp(by: tuning.pixelTile), output.height,
      output.channels.dividedRoundingUp(by: tuning.channelTile) * output.batch,
    ]
    return launch(step, convolution, kernel, WorkSize(covering: items, local: tuning.convolutionGroup))
  }

  private func planarToBlocked(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue
  ) throws -> Launch {
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    let tile = tuning.blockTile(width: output.width)
    let kernel = try kernel("conv2d_planar_to_c16", from: .conv2dPlanarToC16, options: "-D X_TILE=\(tile)")
    try kernel.bind(
      arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
      extents(step.output), window(convolution), Int32(epilogue == .bias ? 0 : 1))
    let items = [output.channels / 16 * output.batch, output.width.dividedRoundingUp(by: tile), output.height]
    return launch(step, convolution, kernel, WorkSize(covering: items, local: [1, 1, 1]))
  }

  private func blocked(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue
  ) throws -> Launch {
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    let tile = tuning.blockTile(width: output.width)
    let tiles = output.width.dividedRoundingUp(by: tile)
    let blocks = output.channels / 16 * output.batch
    let rows = tuning.blockRows(height: output.height, itemsPerRow: tiles * blocks)
    let kernel = try kernel("conv2d_c16", from: .conv2dC16, options: "-D X_TILE=\(tile)")
    let residual = epilogue == .reluAdd ? step.inputs[1] : input
    try kernel.bind(
      arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
      Int32(output.channels), SIMD2(Int32(convolution.kernel), Int32(convolution.dilation)), Int32(rows),
      Int32(epilogue == .bias ? 0 : 1), arena, place(residual), Int32(epilogue == .reluAdd ? 1 : 0))
    let items = [blocks, tiles, output.height.dividedRoundingUp(by: rows)]
    return launch(step, convolution, kernel, WorkSize(covering: items, local: [1, 1, 1]))
  }

  private func winograd(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue
  ) throws -> Launch {
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    let groups = Self.winogradGroups(output)
    let perItem = groups.dividedRoundingUp(by: tuning.winogradItems(groups: groups))
    let kernel = try kernel(
      "winograd_c16", from: .winogradC16, options: "-D TILES=\(KernelTuning.winogradTiles)")
    let residual = epilogue == .reluAdd ? step.inputs[1] : input
    try kernel.bind(
      arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
      Int32(output.channels), Int32(epilogue == .bias ? 0 : 1), arena, place(residual),
      Int32(epilogue == .reluAdd ? 1 : 0), scratch,
      UInt64(tuning.winogradSlot(inChannels: plan.values[input].shape.channels)), Int32(perItem))
    let items = [groups.dividedRoundingUp(by: perItem)]
    return launch(step, convolution, kernel, WorkSize(covering: items, local: [1]))
  }

  private static func winogradGroups(_ output: Shape) -> Int {
    output.winogradTiles.dividedRoundingUp(by: KernelTuning.winogradTiles)
  }

  /// The elements of scratch that the steps of a plan need; they run one after the other and share it.
  static func scratchCount(for plan: Plan, _ tuning: KernelTuning) -> Int {
    plan.steps.reduce(0) { max($0, scratchCount(of: $1, in: plan, tuning)) }
  }

  /// The elements of scratch that one step needs.
  static func scratchCount(of step: Plan.Step, in plan: Plan, _ tuning: KernelTuning) -> Int {
    guard step.usesWinograd else { return 0 }
    let items = tuning.winogradItems(groups: winogradGroups(plan.values[step.output].shape))
    return items * tuning.winogradSlot(inChannels: plan.values[step.inputs[0]].shape.channels)
  }

  private func blockedToPlanar(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue
  ) throws -> Launch {
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    let kernel = try kernel("conv2d_c16_to_planar", from: .conv2dC16ToPlanar)
    try kernel.bind(
      arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
      extents(step.output), window(convolution), Int32(epilogue == .bias ? 0 : 1))
    let items = [output.height, output.channels * output.batch]
    return launch(step, convolution, kernel, WorkSize(covering: items, local: [1, 1]))
  }
}
