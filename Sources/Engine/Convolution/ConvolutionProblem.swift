package import Tensors

/// What decides which way of computing a convolution on blocks of 16 channels is the fastest on a device.
package struct ConvolutionProblem: Hashable, Sendable {
  /// Of the input.
  package let inChannels: Int
  /// The output's extents, NCHW; it has the input's height and width.
  package let output: Shape
  /// The side of the window.
  package let kernel: Int
  /// How far its taps lie apart.
  package let dilation: Int

  package init(inChannels: Int, output: Shape, kernel: Int, dilation: Int) {
    self.inChannels = inChannels
    self.output = output
    self.kernel = kernel
    self.dilation = dilation
  }

  /// Multiply-adds of the direct sum.
  package var multiplyAdds: Int { output.elementCount * inChannels * kernel * kernel }

  /// Such as `64→16, 320×320, 3×3` or `256→256, 20×20, 3×3 dilated by 2`.
  package var text: String {
    let batch = output.batch == 1 ? "" : ", batch \(output.batch)"
    let dilated = dilation == 1 ? "" : " dilated by \(dilation)"
    return "\(inChannels)→\(output.channels), \(output.width)×\(output.height)\(batch), \(kernel)×\(kernel)\(dilated)"
  }

  /// Whether Winograd's F(4×4, 3×3) computes it.
  package var fitsWinograd: Bool { kernel == 3 }

  /// The tiles of 4×4 pixels that cover the output, each pixel's neighbours lying `dilation` apart: those of
  /// `dilation`² grids of every image.
  package var winogradTiles: Int {
    func tiles(_ extent: Int) -> Int { extent.dividedRoundingUp(by: dilation).dividedRoundingUp(by: 4) * dilation }
    return output.batch * tiles(output.height) * tiles(output.width)
  }

  /// How many of the direct sum's multiplications there are for each of Winograd's: 4 on large maps, less where taps fall
  /// outside the map and tiles hang over its edge.
  var winogradReduction: Double {
    func taps(_ extent: Int) -> Int { extent + 2 * max(0, extent - dilation) }
    return Double(output.batch * taps(output.height) * taps(output.width)) / Double(36 * winogradTiles)
  }
}
