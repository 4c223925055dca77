import Kernels
import Networks
import OpenCL
import Tensors

extension Recorder {
  /// The launches of a convolution by a GPU's own kernels; nil where it takes a portable one.
  func convolve(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue, _ gpu: GPUTuning
  ) throws -> [Launch]? {
    switch step.method {
    case .planarToBlocked: [try planarToBlocked(step, at: index, convolution, epilogue, gpu)]
    case .blocked(.implicitGEMM(let gemm)): try implicitGEMM(step, at: index, convolution, epilogue, gemm, gpu)
    case .blocked(.subgroup(let tile)): try subgroup(step, at: index, convolution, epilogue, tile, gpu)
    case .blockedToPlanar: [try blockedToPlanar(step, at: index, convolution, epilogue, gpu)]
    case .planar, .blocked: nil
    }
  }

  /// A convolution on blocks as an implicit matrix product, and, where its sums are split, their addition.
  private func implicitGEMM(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue,
    _ gemm: ImplicitGEMM,
    _ gpu: GPUTuning
  ) throws -> [Launch] {
    let output = plan.values[step.output].shape
    let inChannels = plan.inChannels(of: step)
    // What is resampled comes first; where nothing is, the kernel does not look at it.
    let (resampled, asItLies) = (step.inputs[0], step.sources.last ?? step.inputs[0])
    let residual = step.residual ?? asItLies
    let (rectify, add) = (Int32(epilogue == .bias ? 0 : 1), Int32(epilogue == .reluAdd ? 1 : 0))
    guard let patch = gpu.patchCapacity(of: gemm, kernel: convolution.kernel, dilation: convolution.dilation) else {
      throw DivisionError(layer: step.name)
    }
    let options = gpu.options(
      of: gemm, kernel: convolution.kernel, patch: patch, resamples: step.resampling != nil)
    let parts = gpu.parts(of: gemm, inChannels: inChannels)
    let kernel = try kernel("conv2d_gemm", from: .conv2dGEMM, options: options)
    try kernel.bind(
      arena, place(asItLies),
      SIMD4(Int32(output.batch), Int32(inChannels), Int32(output.height), Int32(output.width)), place(resampled),
      resampledExtents(of: step), resampledGrid(of: step), parameters.buffer, parameterPlace(index), arena,
      place(step.output), Int32(output.channels),
      SIMD4(Int32(gemm.width), Int32(gemm.height), Int32(convolution.dilation), Int32(parts.steps)), rectify, arena,
      place(residual), add, scratch)
    let threads = gemm.threads
    let tiles = output.width.dividedRoundingUp(by: gemm.width) * output.height.dividedRoundingUp(by: gemm.height)
    let groups = [
      output.channels.dividedRoundingUp(by: gemm.tile.channels) * threads, tiles, output.batch * parts.count,
    ]
    let product = launch(step, convolution, kernel, WorkSize(covering: groups, local: [threads, 1, 1]))
    return try [product] + (parts.count > 1 ? [sum(parts.count, of: step, at: index, epilogue, gpu)] : [])
  }

  /// The kernel's `int4 other`: channels, height and width of what a step resamples, and whether it grows.
  private func resampledExtents(of step: Plan.Step) -> SIMD4<Int32> {
    let shape = plan.values[step.inputs[0]].shape
    return SIMD4(
      Int32(shape.channels), Int32(shape.height), Int32(shape.width), step.resampling == .maxPool ? 0 : 1)
  }

  private func resampledGrid(of step: Plan.Step) -> SIMD4<Float> {
    guard case .upsample(let centers) = step.resampling else { return .zero }
    return grid(from: step.inputs[0], to: step.output, centers)
  }

  /// The addition of the parts of a convolution's sum.
  private func sum(
    _ parts: Int, of step: Plan.Step, at index: Int, _ epilogue: StepOperation.Epilogue, _ gpu: GPUTuning
  ) throws -> Launch {
    let output = plan.values[step.output].shape
    let residual = step.residual ?? step.inputs[0]
    let kernel = try kernel("conv2d_sum", from: .conv2dSum, options: gpu.storageOptions)
    try kernel.bind(
      scratch, Int32(parts), parameters.buffer, parameterPlace(index), arena, place(step.output),
      extents(step.output), Int32(epilogue == .bias ? 0 : 1), arena, place(residual),
      Int32(epilogue == .reluAdd ? 1 : 0))
    let items = [output.height * output.width * 4, output.batch * output.channels / 16]
    return Launch(label: step.name, kernel: kernel, size: WorkSize(covering: items, local: [64, 1]))
  }

  /// A convolution on blocks by sub-groups, and, where its sums are split, their addition.
  private func subgroup(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue,
    _ tile: SubgroupConvolution, _ gpu: GPUTuning
  ) throws -> [Launch] {
    guard let subgroups = gpu.subgroups else { throw DivisionError(layer: step.name) }
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    let residual = step.residual ?? input
    let options = subgroups.options(
      of: tile, kernel: convolution.kernel, dilation: convolution.dilation, precision: gpu.precision)
    let parts = tile.parts(inChannels: plan.values[input].shape.channels)
    let kernel = try kernel("conv2d_subgroup", from: .conv2dSubgroup, options: options)
    let local = [subgroups.lanes * subgroups.group, 1, 1]
    if let size = kernel.subgroupSize(local: local, on: session.device), size != subgroups.lanes {
      throw SubgroupSizeError(layer: step.name, expected: subgroups.lanes, found: size)
    }
    try kernel.bind(
      arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
      Int32(output.channels), SIMD2(Int32(convolution.dilation), Int32(parts.blocks)), Int32(epilogue == .bias ? 0 : 1),
      arena, place(residual), Int32(epilogue == .reluAdd ? 1 : 0), scratch)
    let tiles = output.width.dividedRoundingUp(by: tile.pixels) * output.height
    let items = [
      tiles * subgroups.lanes, output.channels.dividedRoundingUp(by: tile.outputs * subgroups.lanes),
      output.batch * parts.count,
    ]
    let product = launch(step, convolution, kernel, WorkSize(covering: items, local: local))
    return try [product] + (parts.count > 1 ? [sum(parts.count, of: step, at: index, epilogue, gpu)] : [])
  }

  /// From planar activations to blocks on a GPU.
  private func planarToBlocked(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue, _ gpu: GPUTuning
  ) throws -> Launch {
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    let (tile, threads) = (4, output.width > 64 ? 64 : 16)
    let kernel = try kernel(
      "conv2d_planar_to_c16_gpu", from: .conv2dPlanarToC16GPU,
      options: "\(gpu.storageOptions) -D X_TILE=\(tile) -D ITEMS=\(threads)")
    try kernel.bind(
      arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
      extents(step.output), window(convolution), Int32(epilogue == .bias ? 0 : 1))
    let items = [output.width.dividedRoundingUp(by: tile), output.height, output.batch * output.channels / 16]
    return launch(step, convolution, kernel, WorkSize(covering: items, local: [threads, 1, 1]))
  }

  /// From blocks to a few planar maps on a GPU.
  private func blockedToPlanar(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue, _ gpu: GPUTuning
  ) throws -> Launch {
    let input = step.inputs[0]
    let output = plan.values[step.output].shape
    // Where there are many channels, more work-items share a pixel.
    let lanes = plan.values[input].shape.channels >= 256 ? 32 : 8
    let (tile, shares) = (2, 128 / lanes)
    let kernel = try kernel(
      "conv2d_c16_to_planar_gpu", from: .conv2dC16ToPlanarGPU,
      options: "\(gpu.storageOptions) -D X_TILE=\(tile) -D LANES=\(lanes) -D PIXELS=\(shares)")
    try kernel.bind(
      arena, place(input), extents(input), parameters.buffer, parameterPlace(index), arena, place(step.output),
      extents(step.output), window(convolution), Int32(epilogue == .bias ? 0 : 1))
    let groups = (output.height * output.width).dividedRoundingUp(by: tile * shares)
    let items = [groups * lanes * shares, output.batch * output.channels]
    return launch(step, convolution, kernel, WorkSize(covering: items, local: [lanes * shares, 1]))
  }

  /// A work-item for each vector of 16 bytes of a blocked output.
  func vectorwise(_ step: Plan.Step, _ kernel: Kernel, _ gpu: GPUTuning) -> Launch {
    let shape = plan.values[step.output].shape
    let items = [shape.height * shape.width * 16 / gpu.vectorChannels, shape.batch * shape.channels / 16]
    return Launch(label: step.name, kernel: kernel, size: WorkSize(covering: items, local: [64, 1]))
  }
}

/// A convolution's division among work-groups does not fit the device's local memory.
package struct DivisionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node's name.
  package let layer: String

  /// The layer, in one line.
  package var description: String { "\(layer): the work-groups' patch does not fit the device's local memory" }
}
