package import OpenCL
package import Tensors

/// The constants that kernels are compiled with, the work-groups they run in, and the method of each convolution.
package struct KernelTuning: Hashable, Sendable {
  /// Pixels of a row that a work-item of a portable convolution computes: 2, 4, 8 or 16.
  package var pixelTile: Int
  /// Output channels that a work-item of a portable convolution computes.
  package var channelTile: Int
  /// The work-groups of a portable convolution, over (pixel tiles, rows, channel tiles).
  package var convolutionGroup: [Int]
  /// The work-groups of every other portable kernel, over (pixels, planes).
  package var elementGroup: [Int]

  /// Pixels of a row that a work-item computes where side maps come together.
  package var mapSegment: Int
  /// Whether the kernels on blocks of 16 channels are worth having: on CPUs, which hold a block in one or a few
  /// registers, and on GPUs with kernels of their own.
  package var hasBlockKernels: Bool
  /// Float32 values that a vector register holds: 16, 8 or 4.
  package var lanes: Int
  /// Whether Winograd's method may be chosen at all.
  package var allowsWinograd = true
  /// Whether the kernels for CPUs may fetch lines ahead and store past the caches by their compiler's builtins: only where
  /// those are known to work.
  package var givesCacheHints = false
  /// How the kernels on blocks are made for GPUs; nil where those for CPUs are used.
  package var gpu: GPUTuning? {
    didSet {
      hasBlockKernels = hasBlockKernels || gpu != nil
      precision = gpu?.precision ?? .float32
    }
  }
  /// How activations are stored: those in blocks or, where there are no kernels on blocks, the planar ones. Setting
  /// `gpu` sets it to the precision of the GPU's kernels; the kernels on blocks for CPUs store float32.
  package var precision = Precision.float32
  /// How planar activations are stored. Beside blocks they are few, and float32: the network's input and its maps.
  package var planarPrecision: Precision { hasBlockKernels ? .float32 : precision }
  /// The blocks of the network that are computed otherwise; nil for none.
  package var exception: PrecisionOverride?
  /// What users should know of how this was chosen, each in one line.
  package var notes: [String] = []
  /// Cores or multiprocessors to keep busy.
  package var computeUnits: Int
  /// The methods that were found the fastest for convolutions on blocks; where there is none, `defaultMethod` says.
  package var methods: [ConvolutionProblem: BlockedMethod] = [:]

  /// Constants that are good enough everywhere on a kind of device.
  package init(for device: Device) {
    self.init(isCPU: device.kind == .cpu, computeUnits: device.computeUnits, lanes: device.nativeFloatWidth)
    givesCacheHints = device.isOfKnownCPUDriver
  }

  /// The portable kernels alone, which store activations in any precision.
  package static func portable(for device: Device, precision: Precision) -> KernelTuning {
    var tuning = KernelTuning(for: device)
    tuning.hasBlockKernels = false
    tuning.precision = precision
    return tuning
  }

  /// Wide vectors and groups of one on a CPU, whose cores work off whole groups; narrow vectors and many work-items side
  /// by side elsewhere.
  package init(isCPU: Bool, computeUnits: Int, lanes: Int = 16) {
    pixelTile = isCPU ? 16 : 4
    // Eight channels of four pixels lie in memory on Intel's GPUs, whose compiler takes 32 work-items together.
    channelTile = isCPU ? 8 : 4
    convolutionGroup = isCPU ? [1, 1, 1] : [8, 8, 1]
    elementGroup = [64, 1]
    mapSegment = isCPU ? 64 : 4
    hasBlockKernels = isCPU
    self.computeUnits = computeUnits
    self.lanes = lanes >= 16 ? 16 : lanes >= 8 ? 8 : 4
  }

  /// The order of a convolution's weights.
  package func weightLayout(for method: ConvolutionMethod) -> WeightLayout {
    switch method {
    case .planar: .outputTiles(channelTile)
    case .planarToBlocked: .outputTiles(16)
    case .blocked(.direct), .blocked(.winogradNonfused): .blocks(.float32)
    case .blocked(.winogradFused): .winograd
    case .blocked(.implicitGEMM): .vectors(precision)
    case .blocked(.subgroup): .blocks(precision)
    case .blockedToPlanar: .inputVectors
    }
  }

  /// How a step is computed.
  func of(_ step: Plan.Step) -> KernelTuning {
    guard let exception, exception.blocks.contains(step.block) else { return self }
    return exception.tuning
  }

  /// The constants of the portable convolution.
  var convolutionOptions: String { "-D X_TILE=\(pixelTile) -D OC_TILE=\(channelTile)" }
}

/// Blocks of a network that are computed in another way than the rest: in float32 where halves would lose too much.
package struct PrecisionOverride: Hashable, Sendable {
  /// The blocks' names.
  package let blocks: Set<String>
  /// How they are computed.
  package var tuning: KernelTuning { tunings[0] }
  // A value cannot hold another of its own kind but in an array.
  private let tunings: [KernelTuning]

  package init(blocks: Set<String>, tuning: KernelTuning) {
    self.blocks = blocks
    tunings = [tuning]
  }
}
