import Networks
import OpenCL
import Tensors

/// Kernels on blocks that are tried together in a small network and compared with the portable kernels.
enum KernelTrialSubject: Hashable, Sendable {
  /// The convolutions to and from blocks, and everything that works on blocks element by element.
  ///
  /// - isWide: whether the rows have more than 64 pixels, for which `GPUTuning.planarToBlocked(width:)` has another
  ///   kernel.
  /// - isDeep: whether the maps have 256 channels or more, for which `GPUTuning.blockedToPlanar(inChannels:)` has.
  case borders(isWide: Bool, isDeep: Bool)
  /// A convolution between blocks.
  case convolution(BlockedMethod, kernel: Int, dilation: Int, InputResampling?)

  /// The name under which the result is stored. Divisions of a map that use the same kernel have the same name.
  func text(_ gpu: GPUTuning) -> String {
    switch self {
    case .borders(let isWide, let isDeep): return "borders\(isWide ? " wide" : "")\(isDeep ? " deep" : "")"
    case .convolution(let method, let kernel, let dilation, let resampling):
      let resampled = resampling.map { $0 == .maxPool ? "pooled" : "upsampled" } ?? "plain"
      switch method {
      case .implicitGEMM(let gemm):
        let variant = gpu.variant(of: gemm, kernel: kernel, dilation: dilation, resamples: resampling != nil)
        return "\(variant.map { "\($0)" } ?? method.text) \(resampled) \(gemm.splitK > 1 ? "in parts" : "whole")"
      case .subgroup(let tile):
        let variant = gpu.subgroups?.variant(
          of: tile, kernel: kernel, dilation: dilation, precision: gpu.precision)
        return "\(variant.map { "\($0)" } ?? method.text) \(tile.splitK > 1 ? "in parts" : "whole")"
      case .direct, .winogradFused, .winogradNonfused: return "\(method.text) \(resampled)"
      }
    }
  }

  /// The subject that tries a convolution step of a GPU's plan; nil if the step uses portable kernels.
  init?(_ step: Plan.Step, in plan: Plan) {
    guard case .convolution(let convolution, _, _) = step.operation else { return nil }
    switch step.method {
    case .planar: return nil
    case .planarToBlocked: self = .borders(isWide: plan.values[step.output].shape.width > 64, isDeep: false)
    case .blockedToPlanar: self = .borders(isWide: false, isDeep: plan.values[step.inputs[0]].shape.channels >= 256)
    case .blocked(let method):
      self = .convolution(method, kernel: convolution.kernel, dilation: convolution.dilation, step.resampling)
    }
  }

  /// A graph that uses the kernels, and the tuning that makes it use them.
  func graph(_ tuning: KernelTuning) throws -> (graph: Graph, tuning: KernelTuning) {
    switch self {
    case .borders(let isWide, let isDeep):
      return (try ProbeGraph.borders(width: isWide ? 70 : 21, channels: isDeep ? 128 : channelsOfBlock), tuning)
    case .convolution(let method, let kernel, let dilation, let resampling):
      let extents = method.trialExtents
      let (graph, inChannels) = try ProbeGraph.convolution(extents, kernel: kernel, dilation: dilation, resampling)
      let output = Shape(
        batch: 2, channels: extents.outChannels, height: extents.size.height, width: extents.size.width)
      var tuning = tuning
      tuning.methods = [
        ConvolutionProblem(inChannels: inChannels, output: output, kernel: kernel, dilation: dilation): method
      ]
      tuning.gpu?.alwaysResamples = resampling != nil
      return (graph, tuning)
    }
  }
}

extension BlockedMethod {
  /// The smallest map and channels that use every part of a method's kernel: a little more than two tiles each way, so
  /// that work-groups extend beyond every edge.
  fileprivate var trialExtents: (size: Size, inChannels: Int, outChannels: Int) {
    switch self {
    case .implicitGEMM(let gemm):
      (
        Size(height: 2 * gemm.height + 1, width: 2 * gemm.width + 3), 32 * gemm.splitK,
        gemm.tile.channels + channelsOfBlock
      )
    case .subgroup(let tile):
      (Size(height: 5, width: 2 * tile.pixels + 3), 32 * tile.splitK, tile.outputs * 64 + channelsOfBlock)
    case .direct(let tile, let rows): (Size(height: 2 * rows + 1, width: 2 * tile + 1), 32, 32)
    case .winogradFused, .winogradNonfused: (Size(height: 41, width: 45), 32, 32)
    }
  }
}
