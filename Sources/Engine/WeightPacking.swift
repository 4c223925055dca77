import Networks
package import Tensors

/// The weights and the bias of one convolution with its batch norm folded in, packed for a kernel.
package struct PackedConvolution: Sendable {
  /// `[ceil(outChannels / tile)][inChannels][kernel][kernel][tile]`, filled up with zeros.
  package let weights: [Float]
  /// `[ceil(outChannels / tile) · tile]`, filled up with zeros.
  package let bias: [Float]

  /// Packs weights `[outChannels, inChannels, kernel, kernel]`.
  ///
  /// - Parameters:
  ///   - bias: `[outChannels]`, or nil for zeros.
  ///   - affine: what a folded batch norm does to each output channel, or nil.
  ///   - tile: how many output channels lie side by side.
  package init(weights: Tensor, bias: Tensor?, affine: ChannelAffine?, tile: Int) {
    let outChannels = weights.shape.dimensions[0]
    let fan = weights.shape.elementCount / max(1, outChannels)
    let tiles = (outChannels + tile - 1) / tile
    var packed = [Float](repeating: 0, count: tiles * fan * tile)
    var shifts = [Float](repeating: 0, count: tiles * tile)
    weights.values.withUnsafeBufferPointer { source in
      packed.withUnsafeMutableBufferPointer { target in
        for out in 0..<outChannels {
          let scale = affine?.scale[out] ?? 1
          let base = out / tile * fan * tile + out % tile
          for index in 0..<fan {
            target[base + index * tile] = Float(Double(source[out * fan + index]) * scale)
          }
        }
      }
    }
    for out in 0..<outChannels {
      shifts[out] = Float(Double(bias?.values[out] ?? 0) * (affine?.scale[out] ?? 1) + (affine?.shift[out] ?? 0))
    }
    self.weights = packed
    self.bias = shifts
  }
}

/// y = x · scale + shift per channel: a batch norm in evaluation mode.
package struct ChannelAffine: Sendable {
  /// weight / sqrt(variance + ε), `[channels]`.
  package let scale: [Double]
  /// bias − mean · scale, `[channels]`.
  package let shift: [Double]

  /// The batch norm of these vectors, each `[channels]`.
  package init(weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: Float) {
    let scale = zip(weight.values, variance.values).map { weight, variance in
      Double(weight) / (Double(variance) + Double(epsilon)).squareRoot()
    }
    self.scale = scale
    shift = scale.indices.map { Double(bias.values[$0]) - Double(mean.values[$0]) * scale[$0] }
  }
}
