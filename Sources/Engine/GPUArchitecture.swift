import OpenCL
import Tensors

/// What compilers are known to make of the kernels on a family of GPUs: a row for each, with its evidence.
package enum GPUArchitecture: String, Hashable, Sendable, CaseIterable {
  /// Anything that is not known: what is the safest everywhere.
  case unknown
  case intelGen9
  case intelXeLP
  case intelXeHPG
  case intelXeHPC
  case amdGCN
  case amdCDNA
  case amdRDNA
  case nvidia
  case adreno
  case mali
  case apple

  init(of device: Device) { self = .unknown }

  /// Whether the matrix product's kernel is worth building with a tile.
  func takes(_ tile: ImplicitGEMM.Tile, _ precision: Precision) -> Bool { true }

  /// Whether it may resample what it reads with a tile.
  func resamples(_ tile: ImplicitGEMM.Tile, _ precision: Precision) -> Bool { true }

  /// Options of the matrix product's programs.
  var options: String { "" }

  /// Pixels of a work-item of `conv2d_planar_to_c16_gpu`.
  var borderPixels: Int { 4 }
}

extension GPUTuning {
  var borderPixels: Int { architecture.borderPixels }
}
