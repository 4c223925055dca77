package import Tensors

/// The properties of a convolution on blocks that decide which method is the fastest on a device.
package struct ConvolutionProblem: Hashable, Sendable {
  /// Input channels.
  package let inChannels: Int
  /// The extents of the output, NCHW; the input has the same height and width.
  package let output: Shape
  /// The side of the kernel, in taps.
  package let kernel: Int
  /// The distance between taps, in pixels.
  package let dilation: Int

  package init(inChannels: Int, output: Shape, kernel: Int, dilation: Int) {
    self.inChannels = inChannels
    self.output = output
    self.kernel = kernel
    self.dilation = dilation
  }

  /// Multiply-adds of the direct sum.
  package var multiplyAdds: Int { output.elementCount * inChannels * kernel * kernel }

  /// For reports, such as `64→16, 320×320, 3×3` or `256→256, 20×20, 3×3 dilated by 2`.
  package var text: String {
    let batch = output.batch == 1 ? "" : ", batch \(output.batch)"
    let dilated = dilation == 1 ? "" : " dilated by \(dilation)"
    return "\(inChannels)→\(output.channels), \(output.width)×\(output.height)\(batch), \(kernel)×\(kernel)\(dilated)"
  }

  /// Whether Winograd's F(4×4, 3×3) applies.
  package var fitsWinograd: Bool { kernel == 3 }

  /// The number of 4×4 tiles that cover the output. With a dilation, a tile's pixels lie `dilation` apart, and each
  /// image is divided into `dilation`² grids.
  package var winogradTiles: Int {
    func tiles(_ extent: Int) -> Int { extent.dividedRoundingUp(by: dilation).dividedRoundingUp(by: 4) * dilation }
    return output.batch * tiles(output.height) * tiles(output.width)
  }

  /// The direct sum's multiplications divided by Winograd's: 4 for large maps, less where taps fall outside the map and
  /// tiles extend beyond the edge.
  var winogradReduction: Double {
    func taps(_ extent: Int) -> Int { extent + 2 * max(0, extent - dilation) }
    return Double(output.batch * taps(output.height) * taps(output.width)) / Double(36 * winogradTiles)
  }
}
