import Kernels
package import OpenCL
package import Tensors

/// How the kernels on blocks of 16 channels are compiled for a GPU, whose work-items share operands in local memory.
package struct GPUTuning: Hashable, Sendable {
  /// The format of activations and weights in blocks.
  package var precision: Precision
  /// The ways in which products may be computed.
  package var products: [MultiplyMethod]
  /// How operands are copied to local memory.
  package var copy: LocalMemoryCopy
  /// Whether NVIDIA's instructions are used, or, for tests, plain OpenCL C with the same meaning.
  package var usesPTX: Bool
  /// The number of rows of taps whose weights are in local memory or being copied to it: 2, or 3 with asynchronous
  /// copies.
  package var stages: Int
  /// The size of local memory in bytes.
  package var localMemory: Int
  /// The size of the largest work-group.
  package var maxGroup: Int
  /// The number of a product's tiles that are considered, the smallest first: all on a GPU, but one if its kernels run
  /// on a CPU, whose compilers take a second for each.
  package var maximumTiles = Int.max
  /// The number of multiprocessors.
  package var computeUnits: Int
  /// The kernels for sub-groups, besides the others; nil if the device has none that are right.
  package var subgroups: SubgroupKernels?
  /// Whether the kernels for sub-groups are the default.
  package var prefersSubgroups = false
  /// The overhead of a launch in a multiprocessor's clocks: an estimate, which tests change.
  package var launchClocks: Double = 4000
  /// The architecture, which says what its compiler handles well.
  package var architecture = GPUArchitecture.unknown
  /// Whether convolutions always resample their input while reading it, as in trials, rather than where that is
  /// expected to be faster.
  package var alwaysResamples = false
  /// The kernels that the device does not build, does not run or computes wrongly.
  package var refused: Set<KernelVariant> = []
  /// The largest work-group of each function of which larger ones failed.
  package var groupLimits: [String: Int] = [:]
  /// The functions that are not used at all.
  package var refusedFunctions: Set<String> = []

  /// The kernels that any device can run.
  package init(for device: Device, precision: Precision) {
    self.init(
      precision, localMemory: Int(clamping: device.localMemory), maxGroup: device.maxRowGroupSize,
      computeUnits: device.multiprocessors)
    architecture = GPUArchitecture(of: device)
    if device.kind == .cpu { maximumTiles = 1 }
  }

  /// The kernels that any device with these limits can run.
  ///
  /// - Parameters:
  ///   - localMemory: in bytes.
  ///   - maxGroup: the size of the largest work-group.
  ///   - computeUnits: the number of multiprocessors.
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

  /// The kernel's `PATCH`: the smallest of a few capacities that holds a division's patch; nil if the patch is too
  /// large. Few capacities make few programs.
  package func patchCapacity(of gemm: ImplicitGEMM, kernel: Int, dilation: Int) -> Int? {
    let pixels = gemm.patchPixels(kernel: kernel, dilation: dilation)
    return Self.patchCapacities.first { $0 >= pixels && localBytes(of: gemm, kernel: kernel, patch: $0) <= localMemory }
  }

  /// Four more than multiples of eight, for the reason that the kernel gives.
  private static let patchCapacities = [148, 180, 260, 340, 436, 580, 772, 1156]

  /// The number of stages of a kernel with `kernel` rows of taps: two if operands are copied through registers.
  private func stages(of product: MultiplyMethod, kernel: Int) -> Int {
    copy(for: product) == .registers ? 2 : min(stages, kernel + 1)
  }

  /// How operands are copied. For fused multiply-adds halves become floats on the way, which asynchronous copies cannot
  /// do.
  private func copy(for product: MultiplyMethod) -> LocalMemoryCopy {
    product == .fma && precision == .float16 ? .registers : copy
  }

  private func localBytes(of gemm: ImplicitGEMM, kernel: Int, patch: Int) -> Int {
    let vectors = 2 * 2 * patch + stages(of: gemm.product, kernel: kernel) * kernel * 2 * gemm.tile.channels
    let exchanged = gemm.product == .fma || usesPTX ? 1 : gemm.threads * 6
    return vectors * 16 + exchanged * 4
  }

  /// The number of input channels of one step of the kernel: two vectors of 16 bytes, or one that becomes two.
  func stepChannels(_ product: MultiplyMethod) -> Int { precision == .float16 && product != .fma ? 16 : 8 }

  /// The parts of the sum over input channels, and the steps of each. There are fewer than `splitK` parts if there are
  /// too few steps.
  package func parts(of gemm: ImplicitGEMM, inChannels: Int) -> (count: Int, steps: Int) {
    let steps = inChannels / stepChannels(gemm.product)
    let stepsOfPart = steps.dividedRoundingUp(by: gemm.splitK)
    return (steps.dividedRoundingUp(by: stepsOfPart), stepsOfPart)
  }

  /// Whether the device's kernels can compute a convolution with a division.
  package func accepts(_ gemm: ImplicitGEMM, for problem: ConvolutionProblem) -> Bool {
    products.contains(gemm.product) && gemm.product.isTile(gemm.tile)
      && gemm.width * gemm.height <= gemm.tile.pixels && gemm.splitK <= Self.maximumSplitK && fits(gemm, problem)
  }

  /// Whether the device can run a division's kernel.
  func fits(_ gemm: ImplicitGEMM, _ problem: ConvolutionProblem) -> Bool {
    guard gemm.threads <= maxGroup,
      let patch = patchCapacity(of: gemm, kernel: problem.kernel, dilation: problem.dilation),
      architecture.copies(gemm, patch: patch, precision)
    else { return false }
    return allows(gemm, problem, resamples: false)
  }

  /// Whether a division's kernel is not refused. Most devices refuse none.
  func allows(_ gemm: ImplicitGEMM, _ problem: ConvolutionProblem, resamples: Bool) -> Bool {
    if refused.isEmpty { return true }
    let variant = variant(of: gemm, kernel: problem.kernel, dilation: problem.dilation, resamples: resamples)
    return variant.map { allows($0, group: gemm.threads) } ?? false
  }

  /// Whether the device can run a kernel in work-groups of a size.
  func allows(_ variant: KernelVariant, group: Int) -> Bool {
    group <= min(maxGroup, groupLimits[variant.function] ?? .max) && !refused.contains(variant)
      && !refusedFunctions.contains(variant.function)
  }

  /// Whether the device can run a kernel of each kind that values in blocks need.
  var isComplete: Bool {
    !refused.contains { $0.source.sharedProgram == .blocksGPU } && planarToBlocked(width: 1) != nil
      && planarToBlocked(width: .max) != nil && blockedToPlanar(inChannels: channelsOfBlock) != nil
      && blockedToPlanar(inChannels: .max) != nil
  }

  /// The kernel of a division; nil if its patch does not fit local memory.
  package func variant(
    of gemm: ImplicitGEMM, kernel: Int, dilation: Int, resamples: Bool
  ) -> KernelVariant? {
    patchCapacity(of: gemm, kernel: kernel, dilation: dilation).map { patch in
      KernelVariant(
        function: "conv2d_gemm", source: .conv2dGEMM,
        options: options(of: gemm, kernel: kernel, patch: patch, resamples: resamples))
    }
  }

  /// The largest split-K.
  static let maximumSplitK = 8

  /// The build options of every kernel on blocks.
  var blockOptions: String { [precision.storageOptions, architecture.row.options].buildOptions }

  /// The build options of `conv2d_gemm.cl`.
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
  /// The precisions for which there are kernels on blocks for GPUs.
  package static let onBlocksOfGPUs: [Precision] = [.float32, .float16]
}

extension GPUTuning: CustomStringConvertible {
  /// For reports, such as `halves on tensor cores (m16n8k16), cp.async`.
  package var description: String {
    let products = products.map(\.description).joined(separator: " or ")
    let others = subgroups.map { ", sub-groups of \($0.lanes) \(prefersSubgroups ? "first" : "where tuned")" } ?? ""
    return "\(precision == .float16 ? "halves" : "float32") \(products)\(copy == .async ? ", cp.async" : "")\(others)"
  }
}
