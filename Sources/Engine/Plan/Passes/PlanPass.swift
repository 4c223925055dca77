import Tensors

/// One change to a plan that leaves what it computes as it was.
///
/// `PlanPass.all` is the list that plans are made by, that `u2cl bench --explain` prints and that tests walk. A new pass is
/// a row of it and, where somebody may want to do without, a property of `PlanOptions`.
package struct PlanPass: Sendable {
  /// A few words, such as `fuse ReLU`.
  package let name: String
  /// What it does and what for, in one line.
  package let purpose: String
  /// Whether the options and the device want it.
  package let isWanted: @Sendable (PlanOptions, KernelTuning) -> Bool
  /// Changes the plan.
  package let apply: @Sendable (inout Plan, PlanOptions, KernelTuning) -> Void
  /// The option without which it does not run; nil where plans cannot do without it.
  package let option: (any WritableKeyPath<PlanOptions, Bool> & Sendable)?

  /// A pass that runs where its option is set and the device has a use for it.
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
  /// Every pass, in the order in which they run.
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

extension PlanOptions {
  /// Every pass but those of these names.
  ///
  /// - Throws: `PassError` where no pass has such a name, or plans cannot do without it.
  package init(without names: some Sequence<String>) throws {
    self.init()
    for name in names {
      guard let option = PlanPass.all.first(where: { $0.name == name })?.option else { throw PassError(name: name) }
      self[keyPath: option] = false
    }
  }
}

/// A pass that cannot be left out.
package struct PassError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name that was given.
  package let name: String

  /// That, and the names that could be, in one line.
  package var description: String {
    let names = PlanPass.all.filter { $0.option != nil }.map(\.name).joined(separator: ", ")
    return "no pass called '\(name)' can be left out; these can: \(names)"
  }
}
