/// The OpenCL C files that are embedded in this module, one operation each. A kernel is one case here and one entry in
/// the table below; a test compares the table with the folders.
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
  /// One input of a concat, copied to its place.
  case concat
  /// Elementwise sum.
  case add
  /// Conversion of planar activations between float32 and another format.
  case convert
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
  /// 3×3 convolution on blocks by Winograd's F(4×4, 3×3), in two launches.
  case winogradMultiplyC16 = "winograd_multiply_c16"
  /// Convolution on blocks as an implicit matrix product, for GPUs.
  case conv2dGEMM = "conv2d_gemm"
  /// Convolution on blocks by sub-groups, for GPUs that have them.
  case conv2dSubgroup = "conv2d_subgroup"
  /// The sum of the parts into which split-K divided a convolution, for GPUs.
  case conv2dSum = "conv2d_sum"
  /// Convolution from planar activations to blocks, for GPUs.
  case conv2dPlanarToC16GPU = "conv2d_planar_to_c16_gpu"
  /// Convolution from blocks to a few planar maps, for GPUs.
  case conv2dC16ToPlanarGPU = "conv2d_c16_to_planar_gpu"
  /// Max pool on blocks, for GPUs.
  case maxPoolC16GPU = "max_pool_c16_gpu"
  /// Bilinear resampling on blocks, for GPUs.
  case upsampleC16GPU = "upsample_c16_gpu"
  /// Conversion of blocks between float32 and half precision.
  case convertStorage = "convert_storage"
  /// Fused multiply-adds alone, to measure a device's peak.
  case fmaPeak = "fma_peak"
  /// A picture of any kind as 8-bit RGB over a background colour.
  case flattenPicture = "flatten_picture"
  /// The authors' resize of a picture.
  case samplePicture = "sample_picture"
  /// Pillow's resize of 8-bit samples.
  case filterPicture = "filter_picture"
  /// 8-bit RGB as planes of float32.
  case picturePlanes = "picture_planes"
  /// Least and greatest finite values, and numbers of values from a limit on.
  case valueRange = "value_range"
  /// Planes normalised by mean and standard deviation.
  case normalizePicture = "normalize_picture"
  /// Maps as 8-bit grey.
  case quantizeMap = "quantize_map"
  /// A map and a picture averaged over the cells of a grid.
  case averageCells = "average_cells"
  /// Means over windows of cells, by a box filter.
  case boxMean = "box_mean"
  /// Affine fits of the mask to the picture's colours, window by window.
  case windowFits = "window_fits"
  /// The weighted mean of several window sizes' fits.
  case blendFits = "blend_fits"
  /// Fits applied to every pixel of a picture.
  case applyFits = "apply_fits"
  /// The levels from which a foreground's colours are estimated, and the estimates of the small ones.
  case foregroundLevels = "foreground_levels"
  /// The colours of a foreground, and the cut-out.
  case estimateForeground = "estimate_foreground"

  /// The program that is compiled once for all kernels that share it, because they take no constants.
  public enum SharedProgram: String, Sendable {
    /// Operations on planar activations.
    case network
    /// Conversions of planar activations, for networks that are not stored in float32.
    case conversion
    /// Operations on blocks of channels, for CPUs.
    case blocks
    /// Operations on blocks of channels, for GPUs.
    case blocksGPU = "blocks_gpu"
    /// Pictures into inputs, and maps into masks.
    case pictures
    /// Refinement of masks along the edges of a picture.
    case refinement
    /// The colours of cut-outs.
    case foreground
  }

  /// The file's name.
  public var fileName: String { rawValue + ".cl" }

  /// The file's text.
  public var text: String { String(decoding: entry.text, as: UTF8.self) }

  /// The includes that must stand in front of the file, in this order.
  public var includes: [KernelInclude] { entry.includes }

  /// The shared program that the file belongs to; nil if the file is compiled by itself.
  public var sharedProgram: SharedProgram? { entry.program }

  /// Whether the file is compiled once for every set of constants that the engine chooses (`-D X_TILE=8`). The file has
  /// an `#ifndef` default for each constant.
  public var takesConstants: Bool { sharedProgram == nil }

  /// What is known of a file.
  private struct Entry {
    let program: SharedProgram?
    let includes: [KernelInclude]
    let text: [UInt8]

    init(program: SharedProgram? = nil, includes: [KernelInclude] = [], _ text: [UInt8]) {
      self.program = program
      self.includes = includes
      self.text = text
    }
  }

  /// The table of kernels.
  private var entry: Entry {
    switch self {
    case .conv2d: Entry(includes: [.storage], PackageResources.conv2d_cl)
    case .batchNorm: Entry(program: .network, includes: [.storage, .planar], PackageResources.batch_norm_cl)
    case .relu: Entry(program: .network, includes: [.storage, .planar], PackageResources.relu_cl)
    case .sigmoid: Entry(program: .network, includes: [.storage, .planar], PackageResources.sigmoid_cl)
    case .maxPool: Entry(program: .network, includes: [.storage], PackageResources.max_pool_cl)
    case .upsample: Entry(program: .network, includes: [.storage], PackageResources.upsample_cl)
    case .concat: Entry(program: .network, includes: [.storage, .planar], PackageResources.concat_cl)
    case .add: Entry(program: .network, includes: [.storage, .planar], PackageResources.add_cl)
    case .convert: Entry(program: .conversion, includes: [.storage, .planar], PackageResources.convert_cl)
    case .fuseMaps: Entry(includes: [.storage], PackageResources.fuse_maps_cl)
    case .conv2dC16: Entry(PackageResources.conv2d_c16_cl)
    case .conv2dPlanarToC16: Entry(PackageResources.conv2d_planar_to_c16_cl)
    case .conv2dC16ToPlanar: Entry(PackageResources.conv2d_c16_to_planar_cl)
    case .maxPoolC16: Entry(program: .blocks, PackageResources.max_pool_c16_cl)
    case .upsampleC16: Entry(program: .blocks, PackageResources.upsample_c16_cl)
    case .winogradFusedC16: Entry(includes: [.winograd], PackageResources.winograd_fused_c16_cl)
    case .winogradMultiplyC16: Entry(includes: [.winograd], PackageResources.winograd_multiply_c16_cl)
    case .conv2dGEMM: Entry(includes: [.storage, .resampling, .tensorCores], PackageResources.conv2d_gemm_cl)
    case .conv2dSubgroup: Entry(includes: [.storage], PackageResources.conv2d_subgroup_cl)
    case .conv2dSum: Entry(program: .blocksGPU, includes: [.storage], PackageResources.conv2d_sum_cl)
    case .conv2dPlanarToC16GPU: Entry(includes: [.storage], PackageResources.conv2d_planar_to_c16_gpu_cl)
    case .conv2dC16ToPlanarGPU: Entry(includes: [.storage], PackageResources.conv2d_c16_to_planar_gpu_cl)
    case .maxPoolC16GPU:
      Entry(program: .blocksGPU, includes: [.storage, .resampling], PackageResources.max_pool_c16_gpu_cl)
    case .upsampleC16GPU:
      Entry(program: .blocksGPU, includes: [.storage, .resampling], PackageResources.upsample_c16_gpu_cl)
    case .convertStorage: Entry(program: .blocksGPU, PackageResources.convert_storage_cl)
    case .fmaPeak: Entry(PackageResources.fma_peak_cl)
    case .flattenPicture: Entry(program: .pictures, PackageResources.flatten_picture_cl)
    case .samplePicture: Entry(program: .pictures, includes: [.picturePixels], PackageResources.sample_picture_cl)
    case .filterPicture: Entry(program: .pictures, PackageResources.filter_picture_cl)
    case .picturePlanes: Entry(program: .pictures, PackageResources.picture_planes_cl)
    case .valueRange: Entry(program: .pictures, PackageResources.value_range_cl)
    case .normalizePicture: Entry(program: .pictures, PackageResources.normalize_picture_cl)
    case .quantizeMap: Entry(program: .pictures, includes: [.mapValues], PackageResources.quantize_map_cl)
    case .averageCells:
      Entry(program: .refinement, includes: [.picturePixels, .mapValues], PackageResources.average_cells_cl)
    case .boxMean: Entry(program: .refinement, PackageResources.box_mean_cl)
    case .windowFits: Entry(program: .refinement, PackageResources.window_fits_cl)
    case .blendFits: Entry(program: .refinement, PackageResources.blend_fits_cl)
    case .applyFits: Entry(program: .refinement, includes: [.picturePixels], PackageResources.apply_fits_cl)
    case .foregroundLevels:
      Entry(program: .foreground, includes: [.foregroundCells], PackageResources.foreground_levels_cl)
    case .estimateForeground:
      Entry(program: .foreground, includes: [.foregroundCells], PackageResources.estimate_foreground_cl)
    }
  }
}
