import Kernels
import Networks
import OpenCL
import Tensors

extension Recorder {
  /// Winograd's convolution in one launch.
  func winogradFused(_ c: ConvolutionStep, tiles: Int) -> LaunchSpecification {
    let division = tuning.fusedDivision(of: c.problem, tiles: tiles)
    let variant = winogradVariant(
      "winograd_fused_c16", of: .winogradFusedC16, tiles: tiles, streams: tuning.isFar(c.outputShape))
    let isFar = Int32(tuning.isFar(c.inputShape) ? 1 : 0)
    return LaunchSpecification(
      c.name, variant, items: [division.items], group: [1], isGroupFixed: true, multiplyAdds: c.multiplyAdds
    ) { kernel, memory in
      try kernel.bind(
        memory.arena, place(c.input), extents(c.input), memory.parameters.buffer, memory.parameters.place(c.index),
        memory.arena, place(c.output), Int32(c.outputShape.channels), Int32(c.convolution.dilation), c.rectify,
        memory.arena, place(c.added), c.adds, memory.scratch, UInt64(division.slotCount),
        Int32(division.groupsPerItem), isFar)
    }
  }

  /// Winograd's convolution in pairs of launches: the input's transform, then everything else.
  func winogradNonfused(_ c: ConvolutionStep, tiles: Int) -> [LaunchSpecification] {
    let division = tuning.nonfusedDivision(of: c.problem, tiles: tiles)
    return division.launches.flatMap { groups in
      let transform = LaunchSpecification(
        c.name, winogradVariant("winograd_input_c16", of: .winogradMultiplyC16, tiles: tiles),
        items: [c.inputShape.channels / 16, groups.count], group: [1, 1], isGroupFixed: true
      ) { kernel, memory in
        try kernel.bind(
          memory.arena, place(c.input), extents(c.input), Int32(c.convolution.dilation), Int32(groups.lowerBound),
          memory.scratch)
      }
      let parts = groups.count.dividedRoundingUp(by: division.groupsPerItem)
      let multiply = LaunchSpecification(
        c.name, winogradVariant("winograd_multiply_c16", of: .winogradMultiplyC16, tiles: tiles),
        items: [division.items, parts], group: [1, 1], isGroupFixed: true,
        multiplyAdds: c.multiplyAdds * groups.count / division.groups
      ) { kernel, memory in
        try kernel.bind(
          memory.scratch, extents(c.input), memory.parameters.buffer, memory.parameters.place(c.index), memory.arena,
          place(c.output), Int32(c.outputShape.channels), Int32(c.convolution.dilation), c.rectify, memory.arena,
          place(c.added), c.adds, Int32(groups.lowerBound), Int32(groups.count), Int32(division.groupsPerItem),
          SIMD2(UInt64(division.transformedCount), UInt64(division.slotCount)))
      }
      return [transform, multiply]
    }
  }

  private func winogradVariant(
    _ function: String, of source: KernelSource, tiles: Int, streams: Bool = false
  ) -> KernelVariant {
    let constants = [
      ("TILES", tiles), ("HELD_TILES", tuning.heldTiles(of: tiles)), ("STREAMS", streams ? 1 : 0),
      ("CACHE_HINTS", tuning.givesCacheHints ? 1 : 0),
    ]
    return variant(
      function, of: source, options: constants.map { "-D \($0.0)=\($0.1)" }.joined(separator: " "))
  }

  /// The bytes of scratch that the steps of a plan need; they run one after the other and share it.
  static func scratchByteCount(for plan: Plan, _ tuning: KernelTuning) -> Int {
    plan.steps.reduce(0) { max($0, scratchByteCount(of: $1, in: plan, tuning)) }
  }

  /// The bytes of scratch that one step needs.
  static func scratchByteCount(of step: Plan.Step, in plan: Plan, _ tuning: KernelTuning) -> Int {
    guard case .blocked(let method) = step.method, case .convolution(let convolution, _, _) = step.operation
    else { return 0 }
    return tuning.of(step).scratchByteCount(of: method, for: plan.problem(of: convolution, in: step))
  }
}
