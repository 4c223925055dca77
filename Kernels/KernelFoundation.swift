/// OpenCL C that several kernels are built on.
public enum KernelFoundation: String, CaseIterable, Sendable {
  /// How elements lie in memory: float32 or halves.
  case storage
  /// Pixels of maps seen at another size.
  case resampling
  /// NVIDIA's instructions for tensor cores, or their meaning.
  case tensorCores = "tensor_cores"
  /// The transforms and tiles of Winograd's method; takes constants, as `KernelSource.takesConstants` says of files.
  case winograd
  /// Pixels of pictures of any kind.
  case picturePixels = "picture_pixels"

  /// The file's name.
  public var fileName: String { rawValue + ".cl" }

  /// The file's text.
  public var text: String {
    switch self {
    case .storage: String(decoding: PackageResources.storage_cl, as: UTF8.self)
    case .resampling: String(decoding: PackageResources.resampling_cl, as: UTF8.self)
    case .winograd: String(decoding: PackageResources.winograd_cl, as: UTF8.self)
    case .tensorCores: String(decoding: PackageResources.tensor_cores_cl, as: UTF8.self)
    case .picturePixels: String(decoding: PackageResources.picture_pixels_cl, as: UTF8.self)
    }
  }
}
