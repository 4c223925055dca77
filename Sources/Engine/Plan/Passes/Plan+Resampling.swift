package import Networks
import Tensors

/// What a convolution does to the first of its inputs while it reads it.
package enum InputResampling: Hashable, Sendable {
  /// The largest of each 2×2 pixels.
  case maxPool
  /// Bilinear resampling to the size of what the convolution writes.
  case upsample(PixelCenters)
}

extension Plan {
  /// Lets a convolution on blocks make what it reads of a smaller or larger map itself, where the tuning's kernels can and
  /// where that is expected to be faster: a pooled map, or an upsampled one, alone or in front of another that it is
  /// concatenated with. Neither that map nor the concatenation is stored then.
  mutating func fuseResampling(_ tuning: KernelTuning, winograd: Bool) {
    let readers = readerCounts()
    let producers = Dictionary(steps.indices.map { (steps[$0].output, $0) }, uniquingKeysWith: { first, _ in first })
    var removed = Set<Int>()
    for index in steps.indices {
      guard case .convolution = steps[index].operation, let found = resampled(steps[index], producers, readers),
        fits(found.step, tuning, winograd: winograd)
      else { continue }
      steps[index] = found.step
      removed.formUnion(found.removed)
    }
    steps = steps.indices.filter { !removed.contains($0) }.map { steps[$0] }
  }

  /// A convolution as it is when it resamples its input itself, and the steps that nothing reads then; nil where its input
  /// is not resampled, or read by others as well.
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

  /// Whether there is a kernel for such a convolution, and what it resamples is better not stored.
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

  /// The channels that a convolution convolves: those of all its sources.
  func inChannels(of step: Step) -> Int { step.sources.reduce(0) { $0 + values[$1].shape.channels } }
}

extension Plan.Step {
  /// What a convolution convolves: one value, or a resampled one and behind it another.
  var sources: ArraySlice<Plan.Value.ID> { residual == nil ? inputs[...] : inputs.dropLast() }

  /// What a convolution adds behind its ReLU.
  var residual: Plan.Value.ID? {
    guard case .convolution(_, _, epilogue: .reluAdd) = operation else { return nil }
    return inputs.last
  }

  /// What a step does that a convolution could do while it reads.
  fileprivate var resamplingOfInput: InputResampling? {
    switch operation {
    case .maxPool(let pool) where pool.kernel == 2 && pool.stride == 2: .maxPool
    case .upsample(let centers): .upsample(centers)
    default: nil
    }
  }
}
