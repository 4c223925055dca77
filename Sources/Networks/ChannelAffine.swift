package import Tensors

/// y = x · scale + shift per channel: a batch norm in evaluation mode.
package struct ChannelAffine: Sendable {
  /// weight / sqrt(variance + ε), `[channels]`.
  package let scale: [Double]
  /// bias − mean · scale, `[channels]`.
  package let shift: [Double]

  /// A batch norm with its vectors, each `[channels]`.
  ///
  /// - Throws: what `tensor`, which is asked for each by its name, throws.
  package init(_ norm: BatchNorm, tensor: (String) throws -> Tensor) rethrows {
    self.init(
      weight: try tensor(norm.weight), bias: try tensor(norm.bias), mean: try tensor(norm.mean),
      variance: try tensor(norm.variance), epsilon: norm.epsilon)
  }

  /// The batch norm of these vectors, each `[channels]`.
  package init(weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: Float) {
    let scale = zip(weight.values, variance.values).map { weight, variance in
      Double(weight) / (Double(variance) + Double(epsilon)).squareRoot()
    }
    self.scale = scale
    shift = scale.indices.map { Double(bias.values[$0]) - Double(mean.values[$0]) * scale[$0] }
  }
}
