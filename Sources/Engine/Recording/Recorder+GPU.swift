import Kernels
import Networks
import OpenCL
import Tensors

extension Recorder {
  /// A convolution on blocks as an implicit matrix product and, with split-K, the addition of the partial sums.
  func implicitGEMM(_ c: ConvolutionStep, _ gemm: ImplicitGEMM, _ gpu: GPUTuning) throws -> [LaunchSpecification] {
    let (kernel, dilation) = (c.convolution.kernel, c.convolution.dilation)
    guard
      let variant = gpu.variant(
        of: gemm, kernel: kernel, dilation: dilation, resamples: c.step.resampling != nil)
    else { throw UncomputableStepError(layer: c.name) }
    let output = c.outputShape
    let parts = gpu.parts(of: gemm, inChannels: c.problem.inChannels)
    let tiles = output.width.dividedRoundingUp(by: gemm.width) * output.height.dividedRoundingUp(by: gemm.height)
    let items = [
      output.channels.dividedRoundingUp(by: gemm.tile.channels) * gemm.threads, tiles, output.batch * parts.count,
    ]
    let product = LaunchSpecification(
      c.name, variant, items: items, group: [gemm.threads, 1, 1], isGroupFixed: true, multiplyAdds: c.multiplyAdds,
      arguments(of: c, gemm, steps: parts.steps))
    return [product] + (parts.count > 1 ? [sum(parts.count, of: c, gpu)] : [])
  }

  private func arguments(of c: ConvolutionStep, _ gemm: ImplicitGEMM, steps: Int) -> [LaunchArgument] {
    let output = c.outputShape
    let shape = SIMD4(
      Int32(output.batch), Int32(c.problem.inChannels), Int32(output.height), Int32(output.width))
    let division = SIMD4(Int32(gemm.width), Int32(gemm.height), Int32(c.convolution.dilation), Int32(steps))
    // The kernel reads the input as it is stored from the first view and resamples the second, if anything.
    let stored = c.step.sources.last ?? c.input
    return [
      view(stored), .value(shape), .value(region(of: c.input)), resampledExtents(of: c), resampledGrid(of: c),
      .parameters(ofStep: c.index), view(c.output), .int(output.channels), .value(division),
    ] + epilogue(of: c) + [.scratch]
  }

  /// The kernel's `int4 other`: channels, height and width of what a step resamples, and whether it is upsampled.
  private func resampledExtents(of c: ConvolutionStep) -> LaunchArgument {
    let shape = c.inputShape
    let isUpsampled: Int32 = c.step.resampling == .maxPool ? 0 : 1
    return .value(SIMD4(Int32(shape.channels), Int32(shape.height), Int32(shape.width), isUpsampled))
  }

  private func resampledGrid(of c: ConvolutionStep) -> LaunchArgument {
    guard case .upsample(let centers) = c.step.resampling else { return .value(SIMD4<Float>.zero) }
    return grid(from: c.input, to: c.output, centers)
  }

  /// The addition of a convolution's partial sums.
  private func sum(_ parts: Int, of c: ConvolutionStep, _ gpu: GPUTuning) -> LaunchSpecification {
    let output = c.outputShape
    // Four channels for each work-item.
    let items = [output.height * output.width * (channelsOfBlock / 4), output.batch * output.blocks]
    return LaunchSpecification(
      c.name, variant("conv2d_sum", of: .conv2dSum, options: gpu.precision.storageOptions), items: items,
      group: [64, 1],
      [.scratch, .int(parts), .parameters(ofStep: c.index), view(c.output), extents(c.output)] + epilogue(of: c))
  }

  /// A convolution on blocks by sub-groups and, with split-K, the addition of the partial sums.
  func subgroup(_ c: ConvolutionStep, _ tile: SubgroupConvolution, _ gpu: GPUTuning) throws -> [LaunchSpecification] {
    guard let subgroups = gpu.subgroups else { throw UncomputableStepError(layer: c.name) }
    let output = c.outputShape
    let parts = tile.parts(inChannels: c.inputShape.channels)
    let tiles = output.width.dividedRoundingUp(by: tile.pixels) * output.height
    let items = [
      tiles * subgroups.lanes, output.channels.dividedRoundingUp(by: tile.outputs * subgroups.lanes),
      output.batch * parts.count,
    ]
    let variant = subgroups.variant(
      of: tile, kernel: c.convolution.kernel, dilation: c.convolution.dilation, precision: gpu.precision)
    let product = LaunchSpecification(
      c.name, variant, items: items, group: [subgroups.lanes * subgroups.group, 1, 1], isGroupFixed: true,
      subgroupLanes: subgroups.lanes, multiplyAdds: c.multiplyAdds,
      operands(of: c) + [
        .int(output.channels), .value(SIMD2(Int32(c.convolution.dilation), Int32(parts.blocks))),
      ] + epilogue(of: c) + [.scratch])
    return [product] + (parts.count > 1 ? [sum(parts.count, of: c, gpu)] : [])
  }

  /// From planar activations to blocks on a GPU.
  func planarToBlocked(_ c: ConvolutionStep, _ gpu: GPUTuning) throws -> LaunchSpecification {
    let output = c.outputShape
    guard let kernel = gpu.planarToBlocked(width: output.width) else { throw UncomputableStepError(layer: c.name) }
    return changingLayout(
      c, kernel.variant(gpu),
      items: [output.width.dividedRoundingUp(by: kernel.pixels), output.height, output.batch * output.blocks],
      group: [kernel.items, 1, 1])
  }

  /// From blocks to a few planar maps on a GPU.
  func blockedToPlanar(_ c: ConvolutionStep, _ gpu: GPUTuning) throws -> LaunchSpecification {
    let output = c.outputShape
    guard let kernel = gpu.blockedToPlanar(inChannels: c.inputShape.channels) else {
      throw UncomputableStepError(layer: c.name)
    }
    let groups = (output.height * output.width).dividedRoundingUp(by: kernel.pixelsOfGroup)
    return changingLayout(
      c, kernel.variant(gpu), items: [groups * kernel.group, output.batch * output.channels],
      group: [kernel.group, 1])
  }
}
