import Engine
import Foundation
import Kernels
import Networks
import OpenCL
import Tensors
import Testing

/// Where to write (`U2CL_KERNEL_LISTING`).
private let listingFolder = ProcessInfo.processInfo.environment["U2CL_KERNEL_LISTING"].map { URL(fileURLWithPath: $0) }

/// Not a test: writes down what a device of NVIDIA's compiles, each kernel with its options, for `scripts/nvidia-assemble`.
@Suite struct KernelListing {
  @Test(.enabled(if: listingFolder != nil)) func writeEverything() throws {
    let folder = try #require(listingFolder)
    let session = try #require(sessions.first)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for precision in Precision.allCases {
      let trial = GPUTrial(session: session, precision: precision)
      for gpu in trial.tensorCores + [GPUTuning(for: session.device, precision: precision)] {
        var gpu = gpu
        gpu.localMemory = 48 << 10
        for product in gpu.products {
          for tile in product.tiles {
            let gemm = ImplicitGEMM(product, tile: tile, width: 16, height: tile.pixels / 16)
            for dilation in [1, 4] {
              guard let patch = gpu.patchCapacity(of: gemm, kernel: 3, dilation: dilation) else { continue }
              let name =
                "\(gpu), \(tile.pixels)×\(tile.channels) per \(tile.itemPixels)×\(tile.itemChannels), patch \(patch)"
              try write(.conv2dGEMM, name, gpu.options(of: gemm, kernel: 3, patch: patch), to: folder)
              if dilation == 1 {
                let options = gpu.options(of: gemm, kernel: 3, patch: patch, resamples: true)
                try write(.conv2dGEMM, "\(name), resampling", options, to: folder)
              }
            }
          }
        }
      }
      let storage = GPUTuning(for: session.device, precision: precision).storageOptions
      for source in [
        KernelSource.conv2dSum, .conv2dPlanarToC16GPU, .conv2dC16ToPlanarGPU, .maxPoolC16GPU, .upsampleC16GPU,
      ] {
        try write(source, "\(source.rawValue), \(precision.rawValue)", storage + " -D PTX=1", to: folder)
      }
    }
    try write(.convertStorage, KernelSource.convertStorage.rawValue, "-D PTX=1", to: folder)
  }

  private func write(_ source: KernelSource, _ name: String, _ options: String, to folder: URL) throws {
    let text = source.foundations.map(\.text) + [source.text]
    try text.joined(separator: "\n").write(to: folder.appending(path: "\(name).cl"), atomically: true, encoding: .utf8)
    try options.write(to: folder.appending(path: "\(name).options"), atomically: true, encoding: .utf8)
  }
}
