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
    }
  }
}
