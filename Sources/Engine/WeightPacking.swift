package import Tensors

/// The order in which a kernel wants the weights of a convolution.
package enum WeightLayout: Hashable, Sendable {
  /// `[ceil(out / tile)][in][kernel][kernel][tile]`, filled up with zeros.
  case outputTiles(Int)
  /// `[out / 16][in / 16][kernel][kernel][16 in][16 out]`.
  case blocks
  /// `[out][in / 16][kernel][kernel][16 in]`.
  case inputVectors
  /// `[out / 16][36][in][16 out]`: 3×3 weights transformed for Winograd's F(4×4, 3×3).
  case winograd

  /// The number of elements of `[outChannels, inChannels, kernel, kernel]` weights, and of their bias.
  package func counts(out: Int, in inChannels: Int, taps: Int) -> (weights: Int, bias: Int) {
    switch self {
    case .outputTiles(let tile):
      let rounded = out.dividedRoundingUp(by: tile) * tile
      return (rounded * inChannels * taps, rounded)
    case .blocks, .inputVectors:
      return (out * inChannels * taps, out)
    case .winograd:
      return (out * inChannels * WinogradTransform.taps, out)
    }
  }

  /// Where a weight goes.
  fileprivate func index(out: Int, in input: Int, tap: Int, inChannels: Int, taps: Int) -> Int {
    switch self {
    case .outputTiles(let tile):
      ((out / tile * inChannels + input) * taps + tap) * tile + out % tile
    case .blocks:
      (((out / 16 * (inChannels / 16) + input / 16) * taps + tap) * 16 + input % 16) * 16 + out % 16
    case .winograd:
      ((out / 16 * taps + tap) * inChannels + input) * 16 + out % 16
    case .inputVectors:
      ((out * (inChannels / 16) + input / 16) * taps + tap) * 16 + input % 16
    }
  }
}

/// The weights and the bias of one convolution with its batch norm folded in, packed for a kernel.
package struct PackedConvolution: Sendable {
  /// In the order of its layout.
  package let weights: [Float]
  /// `[outChannels]`, filled up with zeros to whole tiles.
  package let bias: [Float]

  /// Packs weights `[outChannels, inChannels, kernel, kernel]`.
  ///
  /// - Parameters:
  ///   - bias: `[outChannels]`, or nil for zeros.
  ///   - affine: what a folded batch norm does to each output channel, or nil.
  ///   - layout: the order that the kernel wants.
  package init(weights: Tensor, bias: Tensor?, affine: ChannelAffine?, layout: WeightLayout) {
    let (outChannels, inChannels) = (weights.shape.dimensions[0], weights.shape.dimensions[1])
    let taps = weights.shape.dimensions[2] * weights.shape.dimensions[3]
    let counts = layout.counts(out: outChannels, in: inChannels, taps: taps)
    var packed = [Float](repeating: 0, count: counts.weights)
    var shifts = [Float](repeating: 0, count: counts.bias)
    for out in 0..<outChannels {
      let scale = affine?.scale[out] ?? 1
      for input in 0..<inChannels {
        let first = (out * inChannels + input) * taps
        func place(_ value: Double, tap: Int, of count: Int) {
          packed[layout.index(out: out, in: input, tap: tap, inChannels: inChannels, taps: count)] = Float(value)
        }
        if layout == .winograd {
          let filter = WinogradTransform.weights(weights.values[first..<first + taps].map { Double($0) * scale })
          for (tap, value) in filter.enumerated() { place(value, tap: tap, of: WinogradTransform.taps) }
        } else {
          // Most weights come this way: nothing is allocated for each filter.
          for tap in 0..<taps { place(Double(weights.values[first + tap]) * scale, tap: tap, of: taps) }
        }
      }
      shifts[out] = Float(Double(bias?.values[out] ?? 0) * scale + (affine?.shift[out] ?? 0))
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
