import Tensors

/// A change to a plan that does not change what the plan computes.
///
/// Plans are made by the passes of `PlanPass.all`; `u2cl bench --explain` prints that list, and tests cover each of its
/// entries. To add a pass, add an entry and, if the pass is optional, a property of `PlanOptions`.
package struct PlanPass: Sendable {
  /// The pass's name, such as `fuse ReLU`.
  package let name: String
  /// One line that says what the pass does.
  package let purpose: String
  /// Whether the pass runs with these options for this device.
  package let isWanted: @Sendable (PlanOptions, KernelTuning) -> Bool
  /// Changes the plan.
  package let apply: @Sendable (inout Plan, PlanOptions, KernelTuning) -> Void
  /// The option that turns the pass on; nil if the pass is not optional.
  package let option: (any WritableKeyPath<PlanOptions, Bool> & Sendable)?

  /// A pass that runs if its option is set and it is of use for the device.
  private init(
    _ name: String, _ purpose: String, option: (any WritableKeyPath<PlanOptions, Bool> & Sendable)? = nil,
    if isUseful: @escaping @Sendable (PlanOptions, KernelTuning) -> Bool = { _, _ in true },
    _ apply: @escaping @Sendable (inout Plan, PlanOptions, KernelTuning) -> Void
  ) {
    self.name = name
    self.purpose = purpose
    self.option = option
    isWanted = { options, tuning in option.map { options[keyPath: $0] } ?? true && isUseful(options, tuning) }
    self.apply = apply
  }
}

extension PlanPass {
  /// All passes, in the order in which they run.
  package static let all: [PlanPass] = [
    foldBatchNorm, fuseReLU, fuseResidualAdd, fuseSideMaps, convertPrecisions, chooseBlockedLayouts, fuseResampling,
    concatenateInPlace, chooseMethods, placeInArena,
  ]

  package static let foldBatchNorm = PlanPass(
    "fold batch norm", "scales a convolution's weights by the batch norm behind it", option: \PlanOptions.foldsBatchNorm
  ) { plan, _, _ in plan.foldBatchNorms() }

  package static let fuseReLU = PlanPass(
    "fuse ReLU", "lets a convolution or batch norm clip what it stores", option: \PlanOptions.fusesReLU
  ) { plan, _, _ in plan.fuseReLUs() }

  package static let fuseResidualAdd = PlanPass(
    "fuse residual add", "lets a block's last convolution add the residual", option: \PlanOptions.fusesResidual
  ) { plan, _, _ in plan.fuseResidualAdds() }

  package static let fuseSideMaps = PlanPass(
    "fuse side maps", "lets the 1×1 convolution of the side maps resample them, and do the sigmoid behind it",
    option: \PlanOptions.fusesSideMaps
  ) { plan, _, _ in plan.fuseSideMaps() }

  package static let convertPrecisions = PlanPass(
    "convert precisions", "converts what goes between blocks in float32 and others in halves",
    if: { options, tuning in
      tuning.planarPrecision != .float32 || (tuning.exception != nil && options.usesBlocks)
    }
  ) { plan, _, tuning in plan.convertPrecisions(tuning) }

  package static let fuseResampling = PlanPass(
    "fuse resampling", "lets GPUs' convolutions pool and upsample what they read, where that is faster",
    option: \PlanOptions.fusesResampling, if: { _, tuning in tuning.gpu != nil }
  ) { plan, options, tuning in plan.fuseResampling(tuning, winograd: options.usesWinograd) }

  package static let concatenateInPlace = PlanPass(
    "concatenate in place", "lets what is concatenated be written where the result lies",
    option: \PlanOptions.concatenatesInPlace
  ) { plan, _, _ in plan.concatenateInPlace() }

  package static let chooseBlockedLayouts = PlanPass(
    "choose blocked layouts", "lays activations out in blocks of 16 channels, on GPUs of halves where that is wanted",
    option: \PlanOptions.usesBlocks, if: { _, tuning in tuning.hasBlockKernels }
  ) { plan, _, tuning in plan.chooseBlockedLayouts(tuning) }

  package static let chooseMethods = PlanPass(
    "choose methods",
    "computes each convolution directly, by Winograd's F(4×4, 3×3) or as a matrix product, as is faster"
  ) { plan, options, tuning in plan.chooseMethods(tuning, winograd: options.usesWinograd) }

  package static let placeInArena = PlanPass(
    "place in arena", "gives activations their place in one buffer, shared where lifetimes do not meet"
  ) { plan, options, _ in plan.placeInArena(sharing: options.sharesMemory, guardByteCount: options.guardByteCount) }
}
