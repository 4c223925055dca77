/// OpenCL C that several kernels include.
public enum KernelInclude: String, CaseIterable, Sendable {
  /// How elements of activations lie in memory.
  case storage
  /// Elements of planar views, one for each work-item.
  case planar
  /// Pixels of maps, read as if the maps had another size.
  case resampling
  /// NVIDIA's tensor core instructions, or plain C that computes the same.
  case tensorCores = "tensor_cores"
  /// The transforms and tiles of Winograd's method. Takes constants, as `KernelSource.takesConstants` says of files.
  case winograd
  /// Pixels of pictures with any number of channels and bits.
  case picturePixels = "picture_pixels"
  /// Values of saliency maps, stretched or as they are.
  case mapValues = "map_values"
  /// The steps that all levels of a foreground estimation have in common.
  case foregroundCells = "foreground_cells"

  /// The file's name.
  public var fileName: String { rawValue + ".cl" }

  /// The file's text.
  public var text: String {
    switch self {
    case .storage: String(decoding: PackageResources.storage_cl, as: UTF8.self)
    case .planar: String(decoding: PackageResources.planar_cl, as: UTF8.self)
    case .resampling: String(decoding: PackageResources.resampling_cl, as: UTF8.self)
    case .winograd: String(decoding: PackageResources.winograd_cl, as: UTF8.self)
    case .tensorCores: String(decoding: PackageResources.tensor_cores_cl, as: UTF8.self)
    case .picturePixels: String(decoding: PackageResources.picture_pixels_cl, as: UTF8.self)
    case .mapValues: String(decoding: PackageResources.map_values_cl, as: UTF8.self)
    case .foregroundCells: String(decoding: PackageResources.foreground_cells_cl, as: UTF8.self)
    }
  }
}
