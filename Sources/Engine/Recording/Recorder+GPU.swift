import Kernels
import Networks
import OpenCL
import Tensors

extension Recorder {
  /// A convolution on blocks as an implicit matrix product, and, where its sums are split, their addition.
  func implicitGEMM(
    _ c: ConvolutionStep, _ gemm: ImplicitGEMM, _ gpu: GPUTuning
  ) throws -> [LaunchSpecification] {
    let (kernel, dilation) = (c.convolution.kernel, c.convolution.dilation)
    guard
      let variant = gpu.variant(
        of: gemm, kernel: kernel, dilation: dilation, resamples: c.step.resampling != nil)
    else { throw DivisionError(layer: c.name) }
    let output = c.outputShape
    let parts = gpu.parts(of: gemm, inChannels: c.problem.inChannels)
    let tiles = output.width.dividedRoundingUp(by: gemm.width) * output.height.dividedRoundingUp(by: gemm.height)
    let items = [
      output.channels.dividedRoundingUp(by: gemm.tile.channels) * gemm.threads, tiles, output.batch * parts.count,
    ]
    let product = LaunchSpecification(
      c.name, variant, items: items, group: [gemm.threads, 1, 1], isGroupFixed: true, multiplyAdds: c.multiplyAdds
    ) { kernel, memory in
      try bind(kernel, memory, c, gemm, steps: parts.steps)
    }
    return [product] + (parts.count > 1 ? [sum(parts.count, of: c, gpu)] : [])
  }

  private func bind(
    _ kernel: Kernel, _ memory: RunMemory, _ c: ConvolutionStep, _ gemm: ImplicitGEMM, steps: Int
  ) throws {
    let output = c.outputShape
    // What is resampled comes first; where nothing is, the kernel does not look at it.
    let asItLies = c.step.sources.last ?? c.input
    try kernel.bind(
      memory.arena, place(asItLies),
      SIMD4(Int32(output.batch), Int32(c.problem.inChannels), Int32(output.height), Int32(output.width)),
      place(c.input), resampledExtents(of: c), resampledGrid(of: c), memory.parameters.buffer,
      memory.parameters.place(c.index), memory.arena, place(c.output), Int32(output.channels),
      SIMD4(Int32(gemm.width), Int32(gemm.height), Int32(c.convolution.dilation), Int32(steps)), c.rectify,
      memory.arena, place(c.step.residual ?? asItLies), c.adds, memory.scratch)
  }

  /// The kernel's `int4 other`: channels, height and width of what a step resamples, and whether it grows.
  private func resampledExtents(of c: ConvolutionStep) -> SIMD4<Int32> {
    let shape = c.inputShape
    let grows: Int32 = c.step.resampling == .maxPool ? 0 : 1
    return SIMD4(Int32(shape.channels), Int32(shape.height), Int32(shape.width), grows)
  }

  private func resampledGrid(of c: ConvolutionStep) -> SIMD4<Float> {
    guard case .upsample(let centers) = c.step.resampling else { return .zero }
    return grid(from: c.input, to: c.output, centers)
  }

  /// The addition of the parts of a convolution's sum.
  private func sum(_ parts: Int, of c: ConvolutionStep, _ gpu: GPUTuning) -> LaunchSpecification {
    let output = c.outputShape
    let items = [output.height * output.width * 4, output.batch * output.channels / 16]
    return LaunchSpecification(
      c.name, variant("conv2d_sum", of: .conv2dSum, options: gpu.storageOptions), items: items, group: [64, 1]
    ) { kernel, memory in
      try kernel.bind(
        memory.scratch, Int32(parts), memory.parameters.buffer, memory.parameters.place(c.index), memory.arena,
        place(c.output), extents(c.output), c.rectify, memory.arena, place(c.added), c.adds)
    }
  }

  /// A convolution on blocks by sub-groups, and, where its sums are split, their addition.
  func subgroup(_ c: ConvolutionStep, _ tile: SubgroupConvolution, _ gpu: GPUTuning) throws -> [LaunchSpecification] {
    guard let subgroups = gpu.subgroups else { throw DivisionError(layer: c.name) }
    let output = c.outputShape
    let parts = tile.parts(inChannels: c.inputShape.channels)
    let tiles = output.width.dividedRoundingUp(by: tile.pixels) * output.height
    let items = [
      tiles * subgroups.lanes, output.channels.dividedRoundingUp(by: tile.outputs * subgroups.lanes),
      output.batch * parts.count,
    ]
    let product = LaunchSpecification(
      c.name,
      subgroups.variant(
        of: tile, kernel: c.convolution.kernel, dilation: c.convolution.dilation, precision: gpu.precision),
      items: items,
      group: [subgroups.lanes * subgroups.group, 1, 1], isGroupFixed: true, subgroupLanes: subgroups.lanes,
      multiplyAdds: c.multiplyAdds
    ) { kernel, memory in
      try kernel.bind(
        memory.arena, place(c.input), extents(c.input), memory.parameters.buffer, memory.parameters.place(c.index),
        memory.arena, place(c.output), Int32(output.channels),
        SIMD2(Int32(c.convolution.dilation), Int32(parts.blocks)), c.rectify, memory.arena, place(c.added), c.adds,
        memory.scratch)
    }
    return [product] + (parts.count > 1 ? [sum(parts.count, of: c, gpu)] : [])
  }

  /// From planar activations to blocks on a GPU.
  func planarToBlocked(_ c: ConvolutionStep, _ gpu: GPUTuning) throws -> LaunchSpecification {
    let output = c.outputShape
    guard let kernel = gpu.planarToBlocked(width: output.width) else { throw DivisionError(layer: c.name) }
    return changingLayout(
      c, kernel.variant(gpu),
      items: [output.width.dividedRoundingUp(by: kernel.pixels), output.height, output.batch * output.channels / 16],
      group: [kernel.items, 1, 1])
  }

  /// From blocks to a few planar maps on a GPU.
  func blockedToPlanar(_ c: ConvolutionStep, _ gpu: GPUTuning) throws -> LaunchSpecification {
    let output = c.outputShape
    guard let kernel = gpu.blockedToPlanar(inChannels: c.inputShape.channels) else {
      throw DivisionError(layer: c.name)
    }
    let groups = (output.height * output.width).dividedRoundingUp(by: kernel.pixelsOfGroup)
    return changingLayout(
      c, kernel.variant(gpu), items: [groups * kernel.group, output.batch * output.channels],
      group: [kernel.group, 1])
  }
}
