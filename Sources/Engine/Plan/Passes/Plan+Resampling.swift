package import Networks
import Tensors

/// How a convolution resamples its first input while reading it.
package enum InputResampling: Hashable, Sendable {
  /// Max pooling of 2×2 pixels with stride 2.
  case maxPool
  /// Bilinear resampling to the size of the convolution's output.
  case upsample(PixelCenters)
}

extension Plan {
  /// Lets a convolution on blocks pool or upsample its input while reading it, where the tuning's kernels can do so and
  /// where that is expected to be faster. A resampled map may be the first of two that are concatenated. Then neither
  /// the resampled map nor the concatenation is stored.
  mutating func fuseResampling(_ tuning: KernelTuning, winograd: Bool) {
    let readers = readerCounts()
    let producers = producers()
    var removed = Set<Int>()
    for index in steps.indices {
      guard case .convolution = steps[index].operation, let found = resampled(steps[index], producers, readers),
        fits(found.step, tuning, winograd: winograd)
      else { continue }
      steps[index] = found.step
      removed.formUnion(found.removed)
    }
    removeSteps(removed)
  }

  /// The convolution that resamples its input itself, and the steps that become superfluous; nil if its input is not
  /// resampled or has other readers.
  private func resampled(
    _ step: Step, _ producers: [Value.ID: Int], _ readers: [Int]
  ) -> (step: Step, removed: [Int])? {
    guard let index = producers[step.inputs[0]], readers[step.inputs[0]] == 1 else { return nil }
    var fused = step
    if let resampling = steps[index].resamplingOfInput {
      fused.inputs[0] = steps[index].inputs[0]
      fused.resampling = resampling
      return (fused, [index])
    }
    let concat = steps[index]
    guard concat.operation == .concat, concat.inputs.count == 2, let first = producers[concat.inputs[0]],
      readers[concat.inputs[0]] == 1, let resampling = steps[first].resamplingOfInput
    else { return nil }
    fused.inputs.replaceSubrange(0..<1, with: [steps[first].inputs[0], concat.inputs[1]])
    fused.resampling = resampling
    return (fused, [first, index])
  }

  /// Whether a kernel can compute the fused convolution and storing the resampled map is expected to be slower.
  private func fits(_ step: Step, _ tuning: KernelTuning, winograd: Bool) -> Bool {
    let tuning = tuning.of(step)
    let isBlocked = (step.inputs + [step.output]).allSatisfy {
      values[$0].layout == .blocked && values[$0].precision == tuning.precision
    }
    guard isBlocked, let gpu = tuning.gpu, case .convolution(let convolution, _, _) = step.operation else {
      return false
    }
    let problem = problem(of: convolution, in: step)
    guard case .implicitGEMM(let gemm) = tuning.method(for: problem, winograd: winograd) else { return false }
    return gpu.prefersResampling(values[step.inputs[0]].shape.channels, of: gemm, for: problem)
  }

  /// The number of input channels of a convolution: those of all its sources.
  func inChannels(of step: Step) -> Int { step.sources.reduce(0) { $0 + values[$1].shape.channels } }
}

extension Plan.Step {
  /// The values that a convolution convolves: one, or a resampled one and another that is concatenated with it.
  var sources: ArraySlice<Plan.Value.ID> { residual == nil ? inputs[...] : inputs.dropLast() }

  /// The value that a convolution adds after its ReLU; nil if there is none.
  var residual: Plan.Value.ID? {
    guard case .convolution(_, _, epilogue: .reluAdd) = operation else { return nil }
    return inputs.last
  }

  /// The resampling that the step does, if a convolution could do it while reading.
  fileprivate var resamplingOfInput: InputResampling? {
    switch operation {
    case .maxPool(let pool) where pool.kernel == 2 && pool.stride == 2: .maxPool
    case .upsample(let centers): .upsample(centers)
    default: nil
    }
  }
}
