import Kernels
package import OpenCL

/// The constants that the portable kernels are compiled with, and the work-groups they run in.
package struct KernelTuning: Hashable, Sendable {
  /// Pixels of a row that a work-item of a convolution computes: 2, 4, 8 or 16.
  package var pixelTile: Int
  /// Output channels that a work-item of a convolution computes.
  package var channelTile: Int
  /// The work-groups of a convolution, over (pixel tiles, rows, channel tiles).
  package var convolutionGroup: [Int]
  /// The work-groups of everything else, over (pixels, planes).
  package var elementGroup: [Int]

  /// Constants that are good enough everywhere: wide vectors and groups of one on a CPU, whose cores work off whole
  /// groups; narrow vectors and many work-items side by side elsewhere.
  package init(for device: Device) {
    if device.kind == .cpu {
      self.init(pixelTile: 16, channelTile: 8, convolutionGroup: [1, 1, 1], elementGroup: [64, 1])
    } else {
      self.init(pixelTile: 4, channelTile: 8, convolutionGroup: [8, 8, 1], elementGroup: [64, 1])
    }
  }

  package init(pixelTile: Int, channelTile: Int, convolutionGroup: [Int], elementGroup: [Int]) {
    self.pixelTile = pixelTile
    self.channelTile = channelTile
    self.convolutionGroup = convolutionGroup
    self.elementGroup = elementGroup
  }

  var buildOptions: String { "-cl-std=CL1.2 -D X_TILE=\(pixelTile) -D OC_TILE=\(channelTile)" }
}
