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
  /// 1×1 convolution of maps of different sizes, with sigmoid.
  case fuseMaps = "fuse_maps"
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
  /// 3×3 convolution on blocks by Winograd's F(4×4, 3×3), in one launch.
  case winogradFusedC16 = "winograd_fused_c16"
  /// The same in two launches.
  case winogradMultiplyC16 = "winograd_multiply_c16"
  /// Convolution on blocks as an implicit matrix product, for GPUs.
  case conv2dGEMM = "conv2d_gemm"
  /// Convolution on blocks by sub-groups, for GPUs that have them.
  case conv2dSubgroup = "conv2d_subgroup"
  /// The parts of a convolution's sum added up, for GPUs.
  case conv2dSum = "conv2d_sum"
  /// Convolution from planar activations to blocks, for GPUs.
  case conv2dPlanarToC16GPU = "conv2d_planar_to_c16_gpu"
  /// Convolution from blocks to a few planar maps, for GPUs.
  case conv2dC16ToPlanarGPU = "conv2d_c16_to_planar_gpu"
  /// Max pool on blocks, for GPUs.
  case maxPoolC16GPU = "max_pool_c16_gpu"
  /// Bilinear resampling on blocks, for GPUs.
  case upsampleC16GPU = "upsample_c16_gpu"
  /// Halves where there were floats, and the other way round.
  case convertStorage = "convert_storage"
  /// Fused multiply-adds alone, to measure a device's peak.
  case fmaPeak = "fma_peak"
  /// A picture of any kind as 8-bit RGB.
  case flattenPicture = "flatten_picture"
  /// The authors' resize of a picture.
  case samplePicture = "sample_picture"
  /// Pillow's resize of 8-bit samples.
  case filterPicture = "filter_picture"
  /// 8-bit RGB as planes of floats.
  case picturePlanes = "picture_planes"
  /// Least and greatest values.
  case valueRange = "value_range"
  /// Planes as a network was trained on them.
  case normalizePicture = "normalize_picture"
  /// Maps as 8-bit grey.
  case quantizeMap = "quantize_map"
  /// A map and a picture averaged over cells.
  case averageCells = "average_cells"
  /// Means over windows of cells.
  case boxMean = "box_mean"
  /// Affine fits to windows of cells.
  case windowFits = "window_fits"
  /// What comes of several windows' fits.
  case blendFits = "blend_fits"
  /// Fits applied to a picture.
  case applyFits = "apply_fits"

  /// Whether the file is compiled with constants of its own that the engine chooses (`-D X_TILE=8`), which have `#ifndef`
  /// defaults.
  public var takesConstants: Bool { sharedProgram == nil }

  /// The program that the file's kernels share with those of others; nil for a program of its own for each set of constants.
  public var sharedProgram: SharedProgram? {
    switch self {
    case .conv2d, .conv2dC16, .conv2dPlanarToC16, .conv2dC16ToPlanar, .winogradFusedC16, .winogradMultiplyC16,
      .fuseMaps, .conv2dGEMM, .conv2dSubgroup, .conv2dPlanarToC16GPU, .conv2dC16ToPlanarGPU, .fmaPeak:
      nil
    case .batchNorm, .relu, .sigmoid, .maxPool, .upsample, .concat, .add: .network
    case .maxPoolC16, .upsampleC16: .blocks
    case .maxPoolC16GPU, .upsampleC16GPU, .conv2dSum, .convertStorage: .blocksGPU
    case .flattenPicture, .samplePicture, .filterPicture, .picturePlanes, .valueRange, .normalizePicture, .quantizeMap:
      .pictures
    case .averageCells, .boxMean, .windowFits, .blendFits, .applyFits: .refinement
    }
  }

  /// What files that take no constants are for.
  public enum SharedProgram: String, Sendable {
    /// Operations of networks on planar activations.
    case network
    /// Those on blocks, for CPU devices.
    case blocks
    /// Those on blocks, for GPUs.
    case blocksGPU = "blocks_gpu"
    /// Pictures into inputs, and maps into masks.
    case pictures
    /// Masks whose edges follow the picture's.
    case refinement
  }

  /// What must stand in front of the file.
  public var foundations: [KernelFoundation] {
    switch self {
    case .conv2dGEMM: [.storage, .resampling, .tensorCores]
    case .maxPoolC16GPU, .upsampleC16GPU: [.storage, .resampling]
    case .winogradFusedC16, .winogradMultiplyC16: [.winograd]
    case .samplePicture, .averageCells, .applyFits: [.picturePixels]
    case .add, .concat, .relu, .sigmoid, .conv2dPlanarToC16GPU, .conv2dC16ToPlanarGPU, .conv2dSubgroup, .conv2dSum:
      [.storage]
    case .conv2d, .batchNorm, .maxPool, .upsample, .fuseMaps, .conv2dC16, .conv2dPlanarToC16, .conv2dC16ToPlanar,
      .maxPoolC16, .upsampleC16, .fmaPeak, .flattenPicture, .filterPicture, .picturePlanes, .valueRange,
      .normalizePicture, .quantizeMap, .boxMean, .windowFits, .blendFits, .convertStorage:
      []
    }
  }

  /// The file's name.
  public var fileName: String { rawValue + ".cl" }

  /// The file's text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

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
    case .fuseMaps: PackageResources.fuse_maps_cl
    case .conv2dC16: PackageResources.conv2d_c16_cl
    case .conv2dPlanarToC16: PackageResources.conv2d_planar_to_c16_cl
    case .conv2dC16ToPlanar: PackageResources.conv2d_c16_to_planar_cl
    case .maxPoolC16: PackageResources.max_pool_c16_cl
    case .upsampleC16: PackageResources.upsample_c16_cl
    case .winogradFusedC16: PackageResources.winograd_fused_c16_cl
    case .winogradMultiplyC16: PackageResources.winograd_multiply_c16_cl
    case .conv2dGEMM: PackageResources.conv2d_gemm_cl
    case .conv2dSubgroup: PackageResources.conv2d_subgroup_cl
    case .conv2dSum: PackageResources.conv2d_sum_cl
    case .conv2dPlanarToC16GPU: PackageResources.conv2d_planar_to_c16_gpu_cl
    case .conv2dC16ToPlanarGPU: PackageResources.conv2d_c16_to_planar_gpu_cl
    case .maxPoolC16GPU: PackageResources.max_pool_c16_gpu_cl
    case .upsampleC16GPU: PackageResources.upsample_c16_gpu_cl
    case .convertStorage: PackageResources.convert_storage_cl
    case .fmaPeak: PackageResources.fma_peak_cl
    case .flattenPicture: PackageResources.flatten_picture_cl
    case .samplePicture: PackageResources.sample_picture_cl
    case .filterPicture: PackageResources.filter_picture_cl
    case .picturePlanes: PackageResources.picture_planes_cl
    case .valueRange: PackageResources.value_range_cl
    case .normalizePicture: PackageResources.normalize_picture_cl
    case .quantizeMap: PackageResources.quantize_map_cl
    case .averageCells: PackageResources.average_cells_cl
    case .boxMean: PackageResources.box_mean_cl
    case .windowFits: PackageResources.window_fits_cl
    case .blendFits: PackageResources.blend_fits_cl
    case .applyFits: PackageResources.apply_fits_cl
    }
  }
}
