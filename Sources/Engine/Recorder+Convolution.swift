import Kernels
import Networks
import OpenCL
import Tensors

extension Recorder {
  /// The launches of a convolution, by the method that the plan chose.
  func convolve(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue
  ) throws -> [Launch] {
    if let gpu = tuning.gpu, let launches = try convolve(step, at: index, convolution, epilogue, gpu) {
      return launches
    }
    return switch step.method {
    case .planar: [try planar(step, at: index, convolution, epilogue)]
    case .planarToBlocked: [try planarToBlocked(step, at: index, convolution, epilogue)]
    case .blocked(.implicitGEMM), .blocked(.subgroup): throw DivisionError(layer: step.name)
    case .blocked(.direct(let tile, let rows)):
      [try direct(step, at: index, convolution, epilogue, tile: tile, rows: rows)]
    case .blocked(.winogradFused(let tiles)):
      [try winogradFused(step, at: index, convolution, epilogue, tiles: tiles)]
    case .blocked(.winogradNonfused(let tiles)):
      try winogradNonfused(step, at: index, convolution, epilogue, tiles: tiles)
    case .blockedToPlanar: [try blockedToPlanar(step, at: index, convolution, epilogue)]
    }
  }

  /// The kernels' `int4 window`: kernel, stride, padding, dilation.
  func window(_ convolution: Convolution) -> SIMD4<Int32> {
    SIMD4(
      Int32(convolution.kernel), Int32(convolution.stride), Int32(convolution.padding), Int32(convolution.dilation))
  }

  func launch(_ step: Plan.Step, _ convolution: Convolution, _ kernel: Kernel, _ size: WorkSize) -> Launch {
    Launch(label: step.name, kernel: kernel, size: size, multiplyAdds: multiplyAdds(of: convolution, in: step))
  }

  /// Those of the direct sum, whichever method computes it.
  func multiplyAdds(of convolution: Convolution, in step: Plan.Step) -> Int {
    plan.values[step.output].shape.elementCount * plan.inChannels(of: step) * convolution.kernel
      * convolution.kernel
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
    if let residual = step.residual {
      try kernel.bind(
        arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
        extents(step.output), window(convolution), arena, place(residual))
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

  private func direct(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue, tile: Int,
    rows: Int
  ) throws -> Launch {
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    let kernel = try kernel("conv2d_c16", from: .conv2dC16, options: "-D X_TILE=\(tile)")
    let residual = step.residual ?? input
    try kernel.bind(
      arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
      Int32(output.channels), SIMD2(Int32(convolution.kernel), Int32(convolution.dilation)), Int32(rows),
      Int32(epilogue == .bias ? 0 : 1), arena, place(residual), Int32(epilogue == .reluAdd ? 1 : 0))
    let items = [
      output.channels / 16 * output.batch, output.width.dividedRoundingUp(by: tile),
      output.height.dividedRoundingUp(by: rows),
    ]
    return launch(step, convolution, kernel, WorkSize(covering: items, local: [1, 1, 1]))
  }

  private func blockedToPlanar(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue
  ) throws -> Launch {
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    let tile = tuning.blockTile(width: output.width)
    let kernel = try kernel("conv2d_c16_to_planar", from: .conv2dC16ToPlanar, options: "-D X_TILE=\(tile)")
    try kernel.bind(
      arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
      extents(step.output), window(convolution), Int32(epilogue == .bias ? 0 : 1))
    let items = [output.width.dividedRoundingUp(by: tile), output.height, output.channels * output.batch]
    return launch(step, convolution, kernel, WorkSize(covering: items, local: [1, 1, 1]))
  }
}
