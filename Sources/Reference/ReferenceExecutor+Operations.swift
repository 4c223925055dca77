public import Networks
public import Tensors

extension ReferenceExecutor {
  /// The output of one operation other than an input.
  ///
  /// - Parameter parameters: the operation's tensors.
  /// - Throws: `ShapeError` if the inputs do not fit the operation; `ParameterError` if a tensor does not.
  public static func apply(
    _ operation: Operation, to inputs: [Tensor], parameters: some ParameterSource = ParameterDictionary([:])
  ) throws -> Tensor {
    let shapes = inputs.map(\.shape)
    let shape = try operation.outputShape(of: shapes)
    let weights = try operation.parameters(for: shapes).map { try $0.tensor(from: parameters) }
    switch operation {
    case .input:
      preconditionFailure("an input is given, not computed")
    case .convolution(let convolution):
      let bias = convolution.bias == nil ? nil : weights[1]
      return inputs[0].convolved(convolution, weight: weights[0], bias: bias, shape: shape)
    case .batchNorm(let norm):
      return inputs[0].normalized(
        weight: weights[0], bias: weights[1], mean: weights[2], variance: weights[3], epsilon: norm.epsilon)
    case .relu:
      return inputs[0].rectified()
    case .sigmoid:
      return inputs[0].squashed()
    case .maxPool(let pool):
      return inputs[0].maxPooled(pool, shape: shape)
    case .upsample(_, let centers):
      return inputs[0].upsampled(shape: shape, centers: centers)
    case .concat:
      return Tensor.concatenated(inputs, shape: shape)
    case .add:
      return inputs[0].added(to: inputs[1])
    }
  }
}
