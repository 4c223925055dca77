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
    return LaunchSpecification(
      c.name, variant, items: [division.items], group: [1], isGroupFixed: true, multiplyAdds: c.multiplyAdds,
      operands(of: c) + [.int(c.outputShape.channels), .int(c.convolution.dilation)] + epilogue(of: c) + [
        .scratch, .value(UInt64(division.slotCount)), .int(division.groupsPerItem), .flag(tuning.isFar(c.inputShape)),
      ])
  }

  /// Winograd's convolution in pairs of launches: the transform of the input, then everything else.
  func winogradNonfused(_ c: ConvolutionStep, tiles: Int) -> [LaunchSpecification] {
    let division = tuning.nonfusedDivision(of: c.problem, tiles: tiles)
    return division.launches.flatMap { groups in
      let transform = LaunchSpecification(
        c.name, winogradVariant("winograd_input_c16", of: .winogradMultiplyC16, tiles: tiles),
        items: [c.inputShape.blocks, groups.count], group: [1, 1], isGroupFixed: true,
        [
          view(c.input), extents(c.input), .int(c.convolution.dilation), .int(groups.lowerBound), .scratch,
        ])
      let parts = groups.count.dividedRoundingUp(by: division.groupsPerItem)
      let multiply = LaunchSpecification(
        c.name, winogradVariant("winograd_multiply_c16", of: .winogradMultiplyC16, tiles: tiles),
        items: [division.items, parts], group: [1, 1], isGroupFixed: true,
        multiplyAdds: c.multiplyAdds * groups.count / division.groups,
        [
          .scratch, extents(c.input), .parameters(ofStep: c.index), view(c.output), .int(c.outputShape.channels),
          .int(c.convolution.dilation),
        ] + epilogue(of: c) + [
          .int(groups.lowerBound), .int(groups.count), .int(division.groupsPerItem),
          .value(SIMD2(UInt64(division.transformedCount), UInt64(division.slotCount))),
        ])
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

  /// The bytes of scratch that the steps of a plan need. Steps run one after the other and share the memory.
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
