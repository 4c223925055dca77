package import Networks
package import Tensors

/// How a kernel wants the weights of a convolution: their order and the format of each.
package struct WeightLayout: Hashable, Sendable {
  /// The order of weights.
  package enum Order: Hashable, Sendable {
    /// `[ceil(out / tile)][in][kernel][kernel][tile]`, the last tile filled up with zeros.
    case outputTiles(Int)
    /// `[out / 16][in / 16][kernel][kernel][16 in][16 out]`.
    case blocks
    /// `[out][in / 16][kernel][kernel][16 in]`.
    case inputVectors
    /// `[out / 16][36][in][16 out]`: 3×3 weights transformed for Winograd's F(4×4, 3×3).
    case winograd
    /// `[in / 2c][kernel][kernel][2][out][c]`, where c elements take 16 bytes and the output channels of a block of 16
    /// are in the order of `tensorOrder`.
    case vectors(Int)
  }

  /// The order of the weights.
  package let order: Order
  /// The format of a weight; a bias is float32.
  package let element: Precision

  /// `Order.outputTiles` of float32.
  package static func outputTiles(_ tile: Int) -> WeightLayout {
    WeightLayout(order: .outputTiles(tile), element: .float32)
  }
  /// `Order.blocks`.
  package static func blocks(_ element: Precision) -> WeightLayout { WeightLayout(order: .blocks, element: element) }
  /// `Order.inputVectors` of float32.
  package static let inputVectors = WeightLayout(order: .inputVectors, element: .float32)
  /// `Order.winograd` of float32.
  package static let winograd = WeightLayout(order: .winograd, element: .float32)
  /// `Order.vectors`.
  package static func vectors(_ element: Precision) -> WeightLayout {
    WeightLayout(order: .vectors(16 / element.byteCount), element: element)
  }

  /// The number of elements of `[outChannels, inChannels, kernel, kernel]` weights, and of their bias.
  package func counts(out: Int, in inChannels: Int, taps: Int) -> (weights: Int, bias: Int) {
    switch order {
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
    switch order {
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

  /// The place of an output channel of a block among the columns of two of the tensor cores' products: channels 4 i to
  /// 4 i + 3 are columns 2 i and 2 i + 1 of the first and of the second.
  private static func tensorOrder(_ channel: Int) -> Int {
    channel % 4 / 2 * 8 + channel / 4 * 2 + channel % 2
  }
}

/// The weights and the bias of one convolution with its batch norm folded in, to be packed for a kernel.
package struct ConvolutionPacking {
  /// `[outChannels, inChannels, kernel, kernel]`.
  let weights: Tensor
  /// `[outChannels]`, or nil for zeros.
  let bias: Tensor?
  /// What a folded batch norm does to each output channel, or nil.
  let affine: ChannelAffine?
  /// The order that the kernel wants.
  let layout: WeightLayout

  package init(weights: Tensor, bias: Tensor?, affine: ChannelAffine?, layout: WeightLayout) {
    (self.weights, self.bias, self.affine, self.layout) = (weights, bias, affine, layout)
  }

  /// How many values there will be.
  package var counts: (weights: Int, bias: Int) {
    let shape = weights.shape.dimensions
    return layout.counts(out: shape[0], in: shape[1], taps: shape[2] * shape[3])
  }

  /// Packs both, as many values as `counts` says; whole tiles are filled up with zeros.
  package func write(weights packed: UnsafeMutableBufferPointer<Float>, bias shifts: UnsafeMutableBufferPointer<Float>)
  {
    if case .outputTiles = layout.order { packed.initialize(repeating: 0) }
    weights.values.withUnsafeBufferPointer { Self.place($0, in: packed, weights.shape, affine, layout) }
    for out in shifts.indices {
      let isFilling = out >= weights.shape.dimensions[0]
      shifts[out] =
        isFilling ? 0 : Float(Double(bias?.values[out] ?? 0) * (affine?.scale[out] ?? 1) + (affine?.shift[out] ?? 0))
    }
  }

  /// Scales every weight and puts it where the layout wants it, 16 output channels at a time on all cores. Tens of
  /// millions come this way: nothing is allocated for each filter.
  private static func place(
    _ source: UnsafeBufferPointer<Float>, in target: UnsafeMutableBufferPointer<Float>, _ shape: Shape,
    _ affine: ChannelAffine?, _ layout: WeightLayout
  ) {
    let filters = Filters(source: source, shape: shape, scales: affine?.scale)
    nonisolated(unsafe) let target = target
    inParallel(filters.outChannels.dividedRoundingUp(by: 16)) { block in
      let outs = block * 16..<min(filters.outChannels, block * 16 + 16)
      switch layout.order {
      case .blocks: filters.placeBlock(block, in: target)
      case .winograd: filters.placeTransformed(outs, in: target)
      case .outputTiles, .inputVectors, .vectors: filters.placeEach(outs, in: target, layout)
      }
    }
  }
}

/// The weights of a convolution on their way into a layout.
private struct Filters: @unchecked Sendable {
  /// `[outChannels, inChannels, taps]`.
  let source: UnsafeBufferPointer<Float>
  let outChannels: Int
  let inChannels: Int
  let taps: Int
  /// What each output channel is multiplied by; nil for 1.
  let scales: [Double]?

  init(source: UnsafeBufferPointer<Float>, shape: Shape, scales: [Double]?) {
    self.source = source
    (outChannels, inChannels) = (shape.dimensions[0], shape.dimensions[1])
    taps = shape.dimensions[2] * shape.dimensions[3]
    self.scales = scales
  }

  /// Block after block of 16 × 16 channels, each small enough for a core's first cache.
  func placeBlock(_ block: Int, in target: UnsafeMutableBufferPointer<Float>) {
    let inBlocks = inChannels / 16
    for inBlock in 0..<inBlocks {
      let base = (block * inBlocks + inBlock) * taps * 256
      for out in 0..<16 {
        let scale = scales?[block * 16 + out] ?? 1
        var from = ((block * 16 + out) * inChannels + inBlock * 16) * taps
        for input in 0..<16 {
          var to = base + input * 16 + out
          for _ in 0..<taps {
            target[to] = Float(Double(source[from]) * scale)
            from += 1
            to += 256
          }
        }
      }
    }
  }

  func placeTransformed(_ outs: Range<Int>, in target: UnsafeMutableBufferPointer<Float>) {
    var transform = WinogradTransform()
    for out in outs {
      for input in 0..<inChannels {
        let first = (out * inChannels + input) * taps
        transform.apply(to: UnsafeBufferPointer(rebasing: source[first..<first + taps]), scale: scales?[out] ?? 1)
        for (tap, value) in transform.products.enumerated() {
          target[index(.winograd, out: out, in: input, tap: tap, taps: WinogradTransform.taps)] = Float(value)
        }
      }
    }
  }

  func placeEach(_ outs: Range<Int>, in target: UnsafeMutableBufferPointer<Float>, _ layout: WeightLayout) {
    for out in outs {
      let scale = scales?[out] ?? 1
      for input in 0..<inChannels {
        let first = (out * inChannels + input) * taps
        for tap in 0..<taps {
          target[index(layout, out: out, in: input, tap: tap, taps: taps)] = Float(Double(source[first + tap]) * scale)
        }
      }
    }
  }

  private func index(_ layout: WeightLayout, out: Int, in input: Int, tap: Int, taps: Int) -> Int {
    layout.index(out: out, outChannels: outChannels, in: input, tap: tap, inChannels: inChannels, taps: taps)
  }
}
