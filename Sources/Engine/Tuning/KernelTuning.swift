package import OpenCL
package import Tensors

/// How a network is computed on a device: the constants and work-groups of its kernels, the method of each convolution,
/// and the precision in which activations are stored.
package struct KernelTuning: Hashable, Sendable {
  /// The number of pixels of a row that a work-item of the portable convolution computes: 2, 4, 8 or 16.
  package var pixelTile: Int
  /// The number of output channels that a work-item of the portable convolution computes.
  package var channelTile: Int
  /// The work-group of the portable convolution, over (pixel tiles, rows, channel tiles).
  package var convolutionGroup: [Int]
  /// The work-group of every other portable kernel, over (pixels, planes).
  package var elementGroup: [Int]
  /// The number of pixels of a row that a work-item of `fuse_maps` computes.
  package var mapSegment: Int
  /// Whether kernels on blocks of 16 channels are used: on CPUs, which hold a block in a few registers, and on GPUs
  /// with kernels of their own.
  package var hasBlockKernels: Bool
  /// The number of float32 values in a vector register: 16, 8 or 4.
  package var lanes: Int
  /// Whether Winograd's method may be chosen.
  package var allowsWinograd = true
  /// Whether the kernels for CPUs may prefetch and bypass the caches by their compiler's builtins, which only some
  /// drivers are known to support.
  package var givesCacheHints = false
  /// How the kernels on blocks are compiled for a GPU; nil for the kernels for CPUs.
  package var gpu: GPUTuning? {
    didSet {
      hasBlockKernels = hasBlockKernels || gpu != nil
      precision = gpu?.precision ?? .float32
    }
  }
  /// The format of activations: of those in blocks or, if there are no kernels on blocks, of the planar ones. Setting
  /// `gpu` sets this to the precision of the GPU's kernels. The kernels on blocks for CPUs need float32.
  package var precision = Precision.float32
  /// The format of planar activations. Besides blocks, only the network's input and its maps are planar, and float32.
  package var planarPrecision: Precision { hasBlockKernels ? .float32 : precision }
  /// The blocks of the network that have another tuning; nil if none do.
  package var exception: PrecisionOverride?
  /// Notes for users on how the kernels were chosen, each of one line.
  package var notes: [String] = []
  /// The number of cores or multiprocessors to keep busy.
  package var computeUnits: Int
  /// The methods that a tuner found to be the fastest; other convolutions use `defaultMethod`.
  package var methods: [ConvolutionProblem: BlockedMethod] = [:]

  /// The defaults for a device, by its kind.
  package init(for device: Device) {
    self.init(isCPU: device.kind == .cpu, computeUnits: device.computeUnits, lanes: device.nativeFloatWidth)
    givesCacheHints = device.isOfKnownCPUDriver
  }

  /// The portable kernels alone, which can store activations in any precision.
  package static func portable(for device: Device, precision: Precision) -> KernelTuning {
    var tuning = KernelTuning(for: device)
    tuning.hasBlockKernels = false
    tuning.precision = precision
    return tuning
  }

  /// The defaults for a kind of device: wide vectors and work-groups of one on a CPU, whose cores each process whole
  /// work-groups; narrow vectors and large work-groups elsewhere.
  package init(isCPU: Bool, computeUnits: Int, lanes: Int = 16) {
    pixelTile = isCPU ? 16 : 4
    // On Intel's GPUs, whose compiler uses sub-groups of 32, eight channels of four pixels would spill to memory.
    channelTile = isCPU ? 8 : 4
    convolutionGroup = isCPU ? [1, 1, 1] : [8, 8, 1]
    elementGroup = [64, 1]
    mapSegment = isCPU ? 64 : 4
    hasBlockKernels = isCPU
    self.computeUnits = computeUnits
    self.lanes = lanes >= 16 ? 16 : lanes >= 8 ? 8 : 4
  }

  /// The layout of the weights for a method.
  package func weightLayout(for method: ConvolutionMethod) -> WeightLayout {
    switch method {
    case .planar: .outputTiles(channelTile)
    case .planarToBlocked: .outputTiles(channelsOfBlock)
    case .blocked(.direct), .blocked(.winogradNonfused): .blocks(.float32)
    case .blocked(.winogradFused): .winograd
    case .blocked(.implicitGEMM): .vectors(precision)
    case .blocked(.subgroup): .blocks(precision)
    case .blockedToPlanar: .inputVectors
    }
  }

  /// The tuning of a step: that of its block of the network, if the block has its own.
  func of(_ step: Plan.Step) -> KernelTuning {
    guard let exception, exception.blocks.contains(step.block) else { return self }
    return exception.tuning
  }

  /// The build options of the portable convolution.
  var convolutionOptions: String { "-D X_TILE=\(pixelTile) -D OC_TILE=\(channelTile)" }
}

/// Blocks of a network that have another tuning than the rest, such as float32 where half precision would lose too
/// much.
package struct PrecisionOverride: Hashable, Sendable {
  /// The names of the blocks.
  package let blocks: Set<String>
  /// Their tuning.
  package var tuning: KernelTuning { tunings[0] }
  // An array, because a struct cannot contain a value of its own type directly.
  private let tunings: [KernelTuning]

  package init(blocks: Set<String>, tuning: KernelTuning) {
    self.blocks = blocks
    tunings = [tuning]
  }
}
