import Kernels
import Networks
import OpenCL
import Tensors

extension Recorder {
  /// The launches of a convolution, by the method that the plan chose.
  ///
  /// - Throws: `UncomputableStepError` if the tuning has no kernel for the method.
  func convolve(_ c: ConvolutionStep) throws -> [LaunchSpecification] {
    switch (c.step.method, tuning.gpu) {
    case (.planar, _): [planar(c)]
    case (.planarToBlocked, let gpu?): [try planarToBlocked(c, gpu)]
    case (.planarToBlocked, nil): [planarToBlocked(c)]
    case (.blockedToPlanar, let gpu?): [try blockedToPlanar(c, gpu)]
    case (.blockedToPlanar, nil): [blockedToPlanar(c)]
    case (.blocked(.implicitGEMM(let gemm)), let gpu?): try implicitGEMM(c, gemm, gpu)
    case (.blocked(.subgroup(let tile)), let gpu?): try subgroup(c, tile, gpu)
    case (.blocked(.direct(let tile, let rows)), nil): [direct(c, tile: tile, rows: rows)]
    case (.blocked(.winogradFused(let tiles)), nil): [winogradFused(c, tiles: tiles)]
    case (.blocked(.winogradNonfused(let tiles)), nil): winogradNonfused(c, tiles: tiles)
    // A GPU may store its blocks as halves, which the kernels for CPUs do not read, and vice versa.
    case (.blocked, _): throw UncomputableStepError(layer: c.name)
    }
  }

  private func planar(_ c: ConvolutionStep) -> LaunchSpecification {
    let function =
      switch c.epilogue {
      case .bias: "conv2d"
      case .relu: "conv2d_relu"
      case .reluAdd: "conv2d_relu_add"
      }
    let items = [
      c.outputShape.width.dividedRoundingUp(by: tuning.pixelTile), c.outputShape.height,
      c.outputShape.channels.dividedRoundingUp(by: tuning.channelTile) * c.outputShape.batch,
    ]
    return LaunchSpecification(
      c.name, stored(function, of: .conv2d, as: c.output, options: tuning.convolutionOptions), items: items,
      group: tuning.convolutionGroup, multiplyAdds: c.multiplyAdds,
      operands(of: c) + [extents(c.output), c.window] + (c.step.residual.map { [view($0)] } ?? []))
  }

  /// A convolution from one layout to the other, on either kind of device.
  func changingLayout(
    _ c: ConvolutionStep, _ variant: KernelVariant, items: [Int], group: [Int]
  ) -> LaunchSpecification {
    LaunchSpecification(
      c.name, variant, items: items, group: group, isGroupFixed: true, multiplyAdds: c.multiplyAdds,
      operands(of: c) + [extents(c.output), c.window, c.rectify])
  }

  private func planarToBlocked(_ c: ConvolutionStep) -> LaunchSpecification {
    let output = c.outputShape
    let tile = tuning.blockTile(width: output.width)
    return changingLayout(
      c, variant("conv2d_planar_to_c16", of: .conv2dPlanarToC16, options: "-D X_TILE=\(tile)"),
      items: [output.blocks * output.batch, output.width.dividedRoundingUp(by: tile), output.height],
      group: [1, 1, 1])
  }

  private func blockedToPlanar(_ c: ConvolutionStep) -> LaunchSpecification {
    let output = c.outputShape
    let tile = tuning.blockTile(width: output.width)
    return changingLayout(
      c, variant("conv2d_c16_to_planar", of: .conv2dC16ToPlanar, options: "-D X_TILE=\(tile)"),
      items: [output.width.dividedRoundingUp(by: tile), output.height, output.channels * output.batch],
      group: [1, 1, 1])
  }

  private func direct(_ c: ConvolutionStep, tile: Int, rows: Int) -> LaunchSpecification {
    let output = c.outputShape
    let items = [
      output.blocks * output.batch, output.width.dividedRoundingUp(by: tile), output.height.dividedRoundingUp(by: rows),
    ]
    let window = SIMD2(Int32(c.convolution.kernel), Int32(c.convolution.dilation))
    return LaunchSpecification(
      c.name, variant("conv2d_c16", of: .conv2dC16, options: "-D X_TILE=\(tile)"), items: items, group: [1, 1, 1],
      isGroupFixed: true, multiplyAdds: c.multiplyAdds,
      operands(of: c) + [.int(output.channels), .value(window), .int(rows)] + epilogue(of: c))
  }
}

/// The tuning has no kernel for the method that a plan chose for a convolution.
package struct UncomputableStepError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node's name.
  package let layer: String

  /// One line that names the layer.
  package var description: String { "\(layer): none of the kernels chosen for the device computes this convolution" }
}
