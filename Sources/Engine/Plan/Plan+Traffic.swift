import Networks
import Tensors

extension Plan {
  /// The least number of bytes that a step reads and writes, whichever method computes it: inputs, parameters and
  /// output, once each; for a concat, the inputs that are copied.
  func leastTraffic(of step: Step, _ tuning: KernelTuning) -> Int {
    if step.operation == .concat {
      return step.inputs.indices.filter { !isInPlace(inputNumber: $0, of: step) }
        .reduce(0) { $0 + 2 * values[step.inputs[$1]].byteCount }
    }
    let inputs = Set(step.inputs).reduce(0) { $0 + values[$1].byteCount }
    return inputs + parameterBytes(of: step, tuning) + values[step.output].byteCount
  }

  private func parameterBytes(of step: Step, _ tuning: KernelTuning) -> Int {
    let single = Precision.float32.byteCount
    switch step.operation {
    case .convolution(let convolution, _, _):
      let weights =
        convolution.outChannels * inChannels(of: step) * convolution.kernel * convolution.kernel
      return weights * tuning.weightLayout(for: step.method).element.byteCount + convolution.outChannels * single
    case .fuseMaps(let convolution, _):
      let channels = step.inputs.reduce(0) { $0 + values[$1].shape.channels }
      return (convolution.outChannels * channels + convolution.outChannels) * single
    case .batchNorm: return 2 * values[step.output].shape.channels * single
    case .relu, .sigmoid, .maxPool, .upsample, .concat, .add, .convert: return 0
    }
  }
}
