/// The OpenCL C files that are embedded in this module, one operation each.
public enum KernelSource: String, CaseIterable, Sendable {
  /// Convolution with bias, ReLU and residual add.
  case conv2d
  /// Batch norm, alone or with ReLU.
  case batchNorm = "batch_norm"
  /// ReLU.
  case relu
  /// Sigmoid.
  case sigmoid
  /// Max pool with clipped windows.
  case maxPool = "max_pool"
  /// Bilinear resampling to a given size.
  case upsample
  /// Concat's copy of one input.
  case concat
  /// Elementwise sum.
  case add
  /// Convolution on blocks of 16 channels, for CPU devices.
  case conv2dC16 = "conv2d_c16"
  /// Convolution from planar activations to blocks.
  case conv2dPlanarToC16 = "conv2d_planar_to_c16"
  /// Convolution from blocks to a few planar maps.
  case conv2dC16ToPlanar = "conv2d_c16_to_planar"
  /// Max pool on blocks.
  case maxPoolC16 = "max_pool_c16"
  /// Bilinear resampling on blocks.
  case upsampleC16 = "upsample_c16"
  /// 3×3 convolution on blocks by Winograd's F(4×4, 3×3).
  case winogradC16 = "winograd_c16"

  /// Convolution on blocks as an implicit matrix product, for GPUs.
  case conv2dGEMM = "conv2d_gemm"
  /// Convolution from planar activations to blocks, for GPUs.
  case conv2dPlanarToC16GPU = "conv2d_planar_to_c16_gpu"
  /// Convolution from blocks to a few planar maps, for GPUs.
  case conv2dC16ToPlanarGPU = "conv2d_c16_to_planar_gpu"
  /// Max pool on blocks, for GPUs.
  case maxPoolC16GPU = "max_pool_c16_gpu"
  /// Bilinear resampling on blocks, for GPUs.
  case upsampleC16GPU = "upsample_c16_gpu"

  /// The file's name.
  public var fileName: String { rawValue + ".cl" }

  /// The text to compile: what the file builds on, and the file.
  public var text: String {
    (foundations + [bytes]).map { String(decoding: $0, as: UTF8.self) }.joined(separator: "#line 1\n")
  }

  /// The files that must stand in front of it: `storage.cl`, `tensor_cores.cl`.
  private var foundations: [[UInt8]] {
    switch self {
    case .conv2dGEMM:
      [PackageResources.storage_cl, PackageResources.tensor_cores_cl]
    case .add, .concat, .relu, .sigmoid, .conv2dPlanarToC16GPU, .conv2dC16ToPlanarGPU, .maxPoolC16GPU, .upsampleC16GPU:
      [PackageResources.storage_cl]
    case .conv2d, .batchNorm, .maxPool, .upsample, .conv2dC16, .conv2dPlanarToC16, .conv2dC16ToPlanar, .maxPoolC16,
      .upsampleC16, .winogradC16:
      []
    }
  }

  private var bytes: [UInt8] {
    switch self {
    case .conv2d: PackageResources.conv2d_cl
    case .batchNorm: PackageResources.batch_norm_cl
    case .relu: PackageResources.relu_cl
    case .sigmoid: PackageResources.sigmoid_cl
    case .maxPool: PackageResources.max_pool_cl
    case .upsample: PackageResources.upsample_cl
    case .concat: PackageResources.concat_cl
    case .add: PackageResources.add_cl
    case .conv2dC16: PackageResources.conv2d_c16_cl
    case .conv2dPlanarToC16: PackageResources.conv2d_planar_to_c16_cl
    case .conv2dC16ToPlanar: PackageResources.conv2d_c16_to_planar_cl
    case .maxPoolC16: PackageResources.max_pool_c16_cl
    case .upsampleC16: PackageResources.upsample_c16_cl
    case .winogradC16: PackageResources.winograd_c16_cl
    case .conv2dGEMM: PackageResources.conv2d_gemm_cl
    case .conv2dPlanarToC16GPU: PackageResources.conv2d_planar_to_c16_gpu_cl
    case .conv2dC16ToPlanarGPU: PackageResources.conv2d_c16_to_planar_gpu_cl
    case .maxPoolC16GPU: PackageResources.max_pool_c16_gpu_cl
    case .upsampleC16GPU: PackageResources.upsample_c16_gpu_cl
    }
  }
}
