package import Tensors

/// A batch norm in evaluation mode as y = x · scale + shift for each channel, in float64.
package struct ChannelAffine: Sendable {
  /// weight / sqrt(variance + ε), `[channels]`.
  package let scale: [Double]
  /// bias − mean · scale, `[channels]`.
  package let shift: [Double]

  /// A batch norm whose vectors, each `[channels]`, are returned by `tensor` for their names.
  ///
  /// - Throws: the error of `tensor`.
  package init(_ norm: BatchNorm, tensor: (String) throws -> Tensor) rethrows {
    self.init(
      weight: try tensor(norm.weight), bias: try tensor(norm.bias), mean: try tensor(norm.mean),
      variance: try tensor(norm.variance), epsilon: norm.epsilon)
  }

  /// A batch norm with these vectors, each `[channels]`.
  package init(weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: Float) {
    let scale = zip(weight.values, variance.values).map { weight, variance in
      Double(weight) / (Double(variance) + Double(epsilon)).squareRoot()
    }
    self.scale = scale
    shift = scale.indices.map { Double(bias.values[$0]) - Double(mean.values[$0]) * scale[$0] }
  }
}
