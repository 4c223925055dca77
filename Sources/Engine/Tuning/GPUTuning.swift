import Kernels
package import OpenCL
package import Tensors

/// How GPUs compute: the kernels on blocks of 16 channels that work-items share through local memory.
package struct GPUTuning: Hashable, Sendable {
  /// How activations and weights are stored in blocks.
  package var precision: Precision
  /// How a convolution's products may be made.
  package var products: [MultiplyMethod]
  /// How operands come into local memory.
  package var copy: LocalMemoryCopy
  /// Whether NVIDIA's instructions are written as such, or in plain OpenCL C with the same meaning, for tests.
  package var usesPTX: Bool
  /// Rows of taps whose weights are in local memory or on their way; 2 or, with asynchronous copies, 3.
  package var stages: Int
  /// The local memory of a work-group, in bytes.
  package var localMemory: Int
  /// The most work-items of a group.
  package var maxGroup: Int
  /// How many of a product's tiles are considered, the smallest first: all on a GPU, one where its kernels run on a CPU,
  /// whose compilers take a second for each.
  package var mostTiles = Int.max
  /// Multiprocessors.
  package var computeUnits: Int
  /// The kernels for sub-groups, beside the others; nil where the device has none that are right.
  package var subgroups: SubgroupKernels?
  /// Whether those are the default.
  package var prefersSubgroups = false
  /// What a launch costs beside its work, in a multiprocessor's clocks: a guess, and for tests.
  package var launchClocks: Double = 4000
  /// What compilers make well of the kernels on this architecture.
  package var architecture = GPUArchitecture.unknown
  /// Whether convolutions resample what they read: where that is expected to be faster, or, for trials, always.
  package var alwaysResamples = false
  /// The kernels that the device does not build, does not run, or computes wrongly.
  package var refused: Set<KernelVariant> = []
  /// The most work-items of a group of a function, where larger ones failed.
  package var groupLimits: [String: Int] = [:]
  /// The functions of which no variant is used.
  package var refusedFunctions: Set<String> = []

  /// What works on any device.
  package init(for device: Device, precision: Precision) {
    self.init(
      precision, localMemory: Int(clamping: device.localMemory), maxGroup: device.maxRowGroupSize,
      computeUnits: device.multiprocessors)
    architecture = GPUArchitecture(of: device)
    if device.kind == .cpu { mostTiles = 1 }
  }

  /// What works on any device with so much of everything.
  package init(_ precision: Precision, localMemory: Int, maxGroup: Int, computeUnits: Int) {
    self.precision = precision
    products = [.fma]
    copy = .registers
    usesPTX = false
    stages = 2
    self.localMemory = localMemory
    self.maxGroup = maxGroup
    self.computeUnits = computeUnits
  }

  /// The kernel's `PATCH`: the least of a few sizes that holds a division's patch, so that there are few programs; nil
  /// where the patch is too large.
  package func patchCapacity(of gemm: ImplicitGEMM, kernel: Int, dilation: Int) -> Int? {
    let pixels = gemm.patchPixels(kernel: kernel, dilation: dilation)
    return Self.patchCapacities.first { $0 >= pixels && localBytes(of: gemm, kernel: kernel, patch: $0) <= localMemory }
  }

  /// Four more than multiples of eight: see the kernel.
  private static let patchCapacities = [148, 180, 260, 340, 436, 580, 772, 1156]

  /// The stages of a kernel of so many tap rows: two where operands come through registers.
  private func stages(of product: MultiplyMethod, kernel: Int) -> Int {
    copy(for: product) == .registers ? 2 : min(stages, kernel + 1)
  }

  /// Halves become floats on their way to fused multiply-adds, which asynchronous copies cannot do.
  private func copy(for product: MultiplyMethod) -> LocalMemoryCopy {
    product == .fma && precision == .float16 ? .registers : copy
  }

  private func localBytes(of gemm: ImplicitGEMM, kernel: Int, patch: Int) -> Int {
    let vectors = 2 * 2 * patch + stages(of: gemm.product, kernel: kernel) * kernel * 2 * gemm.tile.channels
    let exchanged = gemm.product == .fma || usesPTX ? 1 : gemm.threads * 6
    return vectors * 16 + exchanged * 4
  }

  /// The input channels of one step of the kernel: two vectors of 16 bytes, or what becomes two.
  func stepChannels(_ product: MultiplyMethod) -> Int { precision == .float16 && product != .fma ? 16 : 8 }

  /// The parts into which a sum over input channels is divided, and the steps of each: fewer parts than are wanted where
  /// there are few steps.
  package func parts(of gemm: ImplicitGEMM, inChannels: Int) -> (count: Int, steps: Int) {
    let steps = inChannels / stepChannels(gemm.product)
    let stepsOfPart = steps.dividedRoundingUp(by: gemm.splits)
    return (steps.dividedRoundingUp(by: stepsOfPart), stepsOfPart)
  }

  /// Whether the device's kernels compute a convolution so divided.
  package func accepts(_ gemm: ImplicitGEMM, for problem: ConvolutionProblem) -> Bool {
    products.contains(gemm.product) && gemm.product.isTile(gemm.tile)
      && gemm.width * gemm.height <= gemm.tile.pixels && gemm.splits <= Self.mostSplits && fits(gemm, problem)
  }

  /// Whether the device runs a division's kernel.
  func fits(_ gemm: ImplicitGEMM, _ problem: ConvolutionProblem) -> Bool {
    guard gemm.threads <= maxGroup,
      let patch = patchCapacity(of: gemm, kernel: problem.kernel, dilation: problem.dilation),
      architecture.copies(gemm, patch: patch, precision)
    else { return false }
    return allows(gemm, problem, resamples: false)
  }

  /// Whether a division's kernel is none of those that are refused; most devices refuse none.
  func allows(_ gemm: ImplicitGEMM, _ problem: ConvolutionProblem, resamples: Bool) -> Bool {
    if refused.isEmpty { return true }
    let variant = variant(of: gemm, kernel: problem.kernel, dilation: problem.dilation, resamples: resamples)
    return variant.map { allows($0, group: gemm.threads) } ?? false
  }

  /// Whether the device runs a kernel in groups of so many work-items.
  func allows(_ variant: KernelVariant, group: Int) -> Bool {
    group <= min(maxGroup, groupLimits[variant.function] ?? .max) && !refused.contains(variant)
      && !refusedFunctions.contains(variant.function)
  }

  /// Whether the device still has a kernel of each kind that values on blocks cannot do without.
  var isComplete: Bool {
    !refused.contains { $0.source.sharedProgram == .blocksGPU } && planarToBlocked(width: 1) != nil
      && planarToBlocked(width: .max) != nil && blockedToPlanar(inChannels: 16) != nil
      && blockedToPlanar(inChannels: .max) != nil
  }

  /// The kernel of a division; nil where its patch does not fit the local memory.
  package func variant(
    of gemm: ImplicitGEMM, kernel: Int, dilation: Int, resamples: Bool
  ) -> KernelVariant? {
    patchCapacity(of: gemm, kernel: kernel, dilation: dilation).map { patch in
      KernelVariant(
        function: "conv2d_gemm", source: .conv2dGEMM,
        options: options(of: gemm, kernel: kernel, patch: patch, resamples: resamples))
    }
  }

  /// The most parts of a sum.
  static let mostSplits = 8

  /// The elements of a vector of 16 bytes.
  var vectorChannels: Int { 16 / precision.byteCount }

  /// The options that every kernel on blocks is compiled with.
  package var storageOptions: String { precision.storageOptions }

  /// The same, with the architecture's.
  var blockOptions: String { [precision.storageOptions, architecture.row.options].buildOptions }

  /// The options of `conv2d_gemm.cl`.
  package func options(of gemm: ImplicitGEMM, kernel: Int, patch: Int, resamples: Bool = false) -> String {
    let constants = [
      ("KERNEL", kernel), ("TILE_M", gemm.tile.pixels), ("TILE_N", gemm.tile.channels),
      ("ITEM_M", gemm.tile.itemPixels), ("ITEM_N", gemm.tile.itemChannels), ("PATCH", patch),
      ("STAGES", stages(of: gemm.product, kernel: kernel)), ("MULTIPLY", gemm.product.rawValue),
      ("COPY", copy(for: gemm.product).rawValue), ("PTX", usesPTX ? 1 : 0), ("RESAMPLE", resamples ? 1 : 0),
    ]
    return (constants.map { "-D \($0.0)=\($0.1)" } + [blockOptions]).buildOptions
  }
}

extension Precision {
  /// The precisions in which there are kernels on blocks for GPUs.
  package static let onBlocksOfGPUs: [Precision] = [.float32, .float16]

  /// The build options of kernels whose elements are stored in this precision: `storage.cl`'s `STORAGE`, whose default is
  /// float32.
  var storageOptions: String {
    switch self {
    case .float32: ""
    case .float16: "-D STORAGE=16"
    case .bfloat16: "-D STORAGE=BFLOAT16"
    }
  }
}

extension GPUTuning: CustomStringConvertible {
  /// Such as `halves on tensor cores (m16n8k16, cp.async)`.
  package var description: String {
    let products = products.map(\.description).joined(separator: " or ")
    let others = subgroups.map { ", sub-groups of \($0.lanes) \(prefersSubgroups ? "first" : "where tuned")" } ?? ""
    return "\(precision == .float16 ? "halves" : "float32") \(products)\(copy == .async ? ", cp.async" : "")\(others)"
  }
}
