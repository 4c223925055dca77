package import Networks
package import Tensors

/// The order in which a kernel wants the weights of a convolution.
package enum WeightLayout: Hashable, Sendable {
  /// `[ceil(out / tile)][in][kernel][kernel][tile]`, filled up with zeros.
  case outputTiles(Int)
  /// `[out / 16][in / 16][kernel][kernel][16 in][16 out]`, as float32 or as halves.
  case blocks(Precision)
  /// `[out][in / 16][kernel][kernel][16 in]`.
  case inputVectors
  /// `[out / 16][36][in][16 out]`: 3×3 weights transformed for Winograd's F(4×4, 3×3).
  case winograd
  /// `[in / 2c][kernel][kernel][2][out][c]`, the output channels of a block of 16 in the order of `tensorOrder`; c is 4,
  /// or 8 for halves.
  case vectors(Int)

  /// The number of elements of `[outChannels, inChannels, kernel, kernel]` weights, and of their bias.
  package func counts(out: Int, in inChannels: Int, taps: Int) -> (weights: Int, bias: Int) {
    switch self {
    case .outputTiles(let tile):
      let rounded = out.dividedRoundingUp(by: tile) * tile
      return (rounded * inChannels * taps, rounded)
    case .blocks, .inputVectors, .vectors:
      return (out * inChannels * taps, out)
    case .winograd:
      return (out * inChannels * WinogradTransform.taps, out)
    }
  }

  /// Where a weight goes.
  fileprivate func index(out: Int, outChannels: Int, in input: Int, tap: Int, inChannels: Int, taps: Int) -> Int {
    switch self {
    case .vectors(let c):
      return
        (((input / (2 * c) * taps + tap) * 2 + input / c % 2) * outChannels + out / 16 * 16 + Self.tensorOrder(out % 16))
        * c + input % c
    case .outputTiles(let tile):
      return ((out / tile * inChannels + input) * taps + tap) * tile + out % tile
    case .blocks:
      return (((out / 16 * (inChannels / 16) + input / 16) * taps + tap) * 16 + input % 16) * 16 + out % 16
    case .winograd:
      return ((out / 16 * taps + tap) * inChannels + input) * 16 + out % 16
    case .inputVectors:
      return ((out * (inChannels / 16) + input / 16) * taps + tap) * 16 + input % 16
    }
  }
  /// Whether the elements are halves.
  package var isHalf: Bool { self == .vectors(8) || self == .blocks(.float16) }

  /// The place of an output channel of a block among the columns of two of the tensor cores' products: channels 4 i to
  /// 4 i + 3 are columns 2 i and 2 i + 1 of the first and of the second.
  private static func tensorOrder(_ channel: Int) -> Int {
    channel % 4 / 2 * 8 + channel / 4 * 2 + channel % 2
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
    weights.values.withUnsafeBufferPointer { source in
      packed.withUnsafeMutableBufferPointer { target in
        Self.place(source, in: target, weights.shape, affine, layout)
      }
    }
    for out in 0..<outChannels {
      shifts[out] = Float(
        Double(bias?.values[out] ?? 0) * (affine?.scale[out] ?? 1) + (affine?.shift[out] ?? 0))
    }
    self.weights = packed
    self.bias = shifts
  }

  /// Scales every weight and puts it where the layout wants it. Tens of millions come this way: nothing is allocated for
  /// each filter.
  private static func place(
    _ source: UnsafeBufferPointer<Float>, in target: UnsafeMutableBufferPointer<Float>, _ shape: Shape,
    _ affine: ChannelAffine?, _ layout: WeightLayout
  ) {
    let (outChannels, inChannels) = (shape.dimensions[0], shape.dimensions[1])
    let taps = shape.dimensions[2] * shape.dimensions[3]
    var transform = WinogradTransform()
    for out in 0..<outChannels {
      let scale = affine?.scale[out] ?? 1
      for input in 0..<inChannels {
        let first = (out * inChannels + input) * taps
        let filter = UnsafeBufferPointer(rebasing: source[first..<first + taps])
        if layout == .winograd {
          transform.apply(to: filter, scale: scale)
          for (tap, value) in transform.products.enumerated() {
            target[
              layout.index(
                out: out, outChannels: outChannels, in: input, tap: tap, inChannels: inChannels,
                taps: WinogradTransform.taps)] =
              Float(value)
          }
        } else {
          for tap in 0..<taps {
            target[
              layout.index(
                out: out, outChannels: outChannels, in: input, tap: tap, inChannels: inChannels, taps: taps)] =
              Float(Double(filter[tap]) * scale)
          }
        }
      }
    }
  }
}
