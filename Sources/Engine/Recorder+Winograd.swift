import Kernels
import Networks
import OpenCL
import Tensors

extension Recorder {
  /// Winograd's convolution in one launch.
  func winogradFused(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue, tiles: Int
  ) throws -> Launch {
    let input = step.inputs[0]
    let division = tuning.fusedDivision(of: plan.problem(of: convolution, in: step), tiles: tiles)
    let residual = step.residual ?? input
    let kernel = try winogradKernel(
      "winograd_fused_c16", of: .winogradFusedC16, tiles: tiles,
      streams: tuning.isFar(plan.values[step.output].shape))
    try kernel.bind(
      arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
      Int32(plan.values[step.output].shape.channels), Int32(convolution.dilation), Int32(epilogue == .bias ? 0 : 1),
      arena, place(residual), Int32(epilogue == .reluAdd ? 1 : 0), scratch, UInt64(division.slotCount),
      Int32(division.groupsPerItem), Int32(tuning.isFar(plan.values[input].shape) ? 1 : 0))
    return launch(step, convolution, kernel, WorkSize(covering: [division.items], local: [1]))
  }

  /// Winograd's convolution in pairs of launches: the input's transform, then everything else.
  func winogradNonfused(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue, tiles: Int
  ) throws -> [Launch] {
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    let division = tuning.nonfusedDivision(of: plan.problem(of: convolution, in: step), tiles: tiles)
    let residual = step.residual ?? input
    let multiplyAdds = multiplyAdds(of: convolution, in: step)
    return try division.launches.flatMap { groups in
      let transform = try winogradKernel("winograd_input_c16", of: .winogradMultiplyC16, tiles: tiles)
      try transform.bind(
        arena, place(input), extents(input), Int32(convolution.dilation), Int32(groups.lowerBound), scratch)
      let multiply = try winogradKernel("winograd_multiply_c16", of: .winogradMultiplyC16, tiles: tiles)
      try multiply.bind(
        scratch, extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
        Int32(output.channels), Int32(convolution.dilation), Int32(epilogue == .bias ? 0 : 1), arena, place(residual),
        Int32(epilogue == .reluAdd ? 1 : 0), Int32(groups.lowerBound), Int32(groups.count),
        Int32(division.groupsPerItem), SIMD2(UInt64(division.transformedCount), UInt64(division.slotCount)))
      let parts = groups.count.dividedRoundingUp(by: division.groupsPerItem)
      return [
        Launch(
          label: step.name, kernel: transform,
          size: WorkSize(covering: [plan.values[input].shape.channels / 16, groups.count], local: [1, 1])),
        Launch(
          label: step.name, kernel: multiply, size: WorkSize(covering: [division.items, parts], local: [1, 1]),
          multiplyAdds: multiplyAdds * groups.count / division.groups),
      ]
    }
  }

  private func winogradKernel(
    _ name: String, of source: KernelSource, tiles: Int, streams: Bool = false
  ) throws -> Kernel {
    try kernel(
      name, from: source,
      options: "-D TILES=\(tiles) -D HELD_TILES=\(tuning.heldTiles(of: tiles)) -D STREAMS=\(streams ? 1 : 0)")
  }

  /// The elements of scratch that the steps of a plan need; they run one after the other and share it.
  static func scratchCount(for plan: Plan, _ tuning: KernelTuning) -> Int {
    plan.steps.reduce(0) { max($0, scratchCount(of: $1, in: plan, tuning)) }
  }

  /// The elements of scratch that one step needs.
  static func scratchCount(of step: Plan.Step, in plan: Plan, _ tuning: KernelTuning) -> Int {
    guard case .blocked(let method) = step.method, case .convolution(let convolution, _, _) = step.operation
    else { return 0 }
    return tuning.of(step).scratchCount(of: method, for: plan.problem(of: convolution, in: step))
  }
}
