package import Networks
package import Tensors

/// The layout in which a kernel expects the weights of a convolution: their order and the format of each element.
package struct WeightLayout: Hashable, Sendable {
  /// The order of the weights.
  package enum Order: Hashable, Sendable {
    /// `[ceil(out / tile)][in][kernel][kernel][tile]`, the last tile padded with zeros.
    case outputTiles(Int)
    /// `[out / 16][in / 16][kernel][kernel][16 in][16 out]`.
    case blocks
    /// `[out][in / 16][kernel][kernel][16 in]`.
    case inputVectors
    /// `[out / 16][36][in][16 out]`: 3×3 weights transformed for Winograd's F(4×4, 3×3).
    case winograd
    /// `[in / 2c][kernel][kernel][2][out][c]`, where c is the number of elements of 16 bytes. The output channels of
    /// each block of 16 are in the order of `tensorOrder`.
    case vectors
  }

  /// The order of the weights.
  package let order: Order
  /// The format of a weight. Biases are always float32.
  package let element: Precision

  /// `Order.outputTiles` in float32.
  package static func outputTiles(_ tile: Int) -> WeightLayout {
    WeightLayout(order: .outputTiles(tile), element: .float32)
  }
  /// `Order.blocks`.
  package static func blocks(_ element: Precision) -> WeightLayout { WeightLayout(order: .blocks, element: element) }
  /// `Order.inputVectors` in float32.
  package static let inputVectors = WeightLayout(order: .inputVectors, element: .float32)
  /// `Order.winograd` in float32.
  package static let winograd = WeightLayout(order: .winograd, element: .float32)
  /// `Order.vectors`.
  package static func vectors(_ element: Precision) -> WeightLayout { WeightLayout(order: .vectors, element: element) }

  /// The number of elements of `[outChannels, inChannels, kernel, kernel]` weights and of their bias, padding included.
  ///
  /// - Parameter taps: kernel × kernel.
  package func counts(out: Int, in inChannels: Int, taps: Int) -> (weights: Int, bias: Int) {
    switch order {
    case .outputTiles(let tile):
      let rounded = out.roundedUp(toMultipleOf: tile)
      return (rounded * inChannels * taps, rounded)
    case .blocks, .inputVectors, .vectors:
      return (out * inChannels * taps, out)
    case .winograd:
      return (out * inChannels * WinogradTransform.taps, out)
    }
  }

  /// The index at which a weight is stored.
  fileprivate func index(out: Int, outChannels: Int, in input: Int, tap: Int, inChannels: Int, taps: Int) -> Int {
    let block = channelsOfBlock
    switch order {
    case .vectors:
      let c = element.elementsOfVector
      let column = out / block * block + Self.tensorOrder(out % block)
      return (((input / (2 * c) * taps + tap) * 2 + input / c % 2) * outChannels + column) * c + input % c
    case .outputTiles(let tile):
      return ((out / tile * inChannels + input) * taps + tap) * tile + out % tile
    case .blocks:
      return (((out / block * (inChannels / block) + input / block) * taps + tap) * block + input % block) * block
        + out % block
    case .winograd:
      return ((out / block * taps + tap) * inChannels + input) * block + out % block
    case .inputVectors:
      return ((out * (inChannels / block) + input / block) * taps + tap) * block + input % block
    }
  }

  /// The position of an output channel of a block among the columns of two products of tensor cores: channels 4i to 4i
  /// + 3 are columns 2i and 2i + 1 of the first product and of the second.
  private static func tensorOrder(_ channel: Int) -> Int {
    channel % 4 / 2 * 8 + channel / 4 * 2 + channel % 2
  }
}

/// The weights and the bias of one convolution, to be packed for a kernel with the batch norm folded in.
package struct ConvolutionPacking {
  /// `[outChannels, inChannels, kernel, kernel]`.
  let weights: Tensor
  /// `[outChannels]`; nil for zeros.
  let bias: Tensor?
  /// The folded batch norm; nil if there is none.
  let affine: ChannelAffine?
  /// The layout that the kernel expects.
  let layout: WeightLayout

  package init(weights: Tensor, bias: Tensor?, affine: ChannelAffine?, layout: WeightLayout) {
    (self.weights, self.bias, self.affine, self.layout) = (weights, bias, affine, layout)
  }

  /// The number of packed values.
  package var counts: (weights: Int, bias: Int) {
    let shape = weights.shape.dimensions
    return layout.counts(out: shape[0], in: shape[1], taps: shape[2] * shape[3])
  }

  /// Writes the packed weights and biases, `counts` of each, in float32.
  package func write(
    weights packed: UnsafeMutableBufferPointer<Float>, bias shifts: UnsafeMutableBufferPointer<Float>
  ) {
    if case .outputTiles = layout.order { packed.initialize(repeating: 0) }
    weights.values.withUnsafeBufferPointer { Self.place($0, in: packed, weights.shape, affine, layout) }
    for out in shifts.indices {
      let isPadding = out >= weights.shape.dimensions[0]
      shifts[out] =
        isPadding ? 0 : Float(Double(bias?.values[out] ?? 0) * (affine?.scale[out] ?? 1) + (affine?.shift[out] ?? 0))
    }
  }

  /// Scales every weight and stores it where the layout says, a block of output channels at a time, on all cores. There
  /// are tens of millions of weights, so nothing is allocated for each filter.
  private static func place(
    _ source: UnsafeBufferPointer<Float>, in target: UnsafeMutableBufferPointer<Float>, _ shape: Shape,
    _ affine: ChannelAffine?, _ layout: WeightLayout
  ) {
    let filters = Filters(source: source, shape: shape, scales: affine?.scale)
    nonisolated(unsafe) let target = target
    inParallel(filters.outChannels.dividedRoundingUp(by: channelsOfBlock)) { block in
      let first = block * channelsOfBlock
      let outs = first..<min(filters.outChannels, first + channelsOfBlock)
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
  /// The factor of each output channel; nil for 1.
  let scales: [Double]?

  init(source: UnsafeBufferPointer<Float>, shape: Shape, scales: [Double]?) {
    self.source = source
    (outChannels, inChannels) = (shape.dimensions[0], shape.dimensions[1])
    taps = shape.dimensions[2] * shape.dimensions[3]
    self.scales = scales
  }

  /// Stores one block of output channels as `Order.blocks`: 16 × 16 channels at a time, which fit a core's first cache.
  func placeBlock(_ block: Int, in target: UnsafeMutableBufferPointer<Float>) {
    let (side, area) = (channelsOfBlock, channelsOfBlock * channelsOfBlock)
    let inBlocks = inChannels / side
    for inBlock in 0..<inBlocks {
      let base = (block * inBlocks + inBlock) * taps * area
      for out in 0..<side {
        let scale = scales?[block * side + out] ?? 1
        var from = ((block * side + out) * inChannels + inBlock * side) * taps
        for input in 0..<side {
          var to = base + input * side + out
          for _ in 0..<taps {
            target[to] = Float(Double(source[from]) * scale)
            from += 1
            to += area
          }
        }
      }
    }
  }

  /// Stores some output channels as `Order.winograd`.
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

  /// Stores some output channels weight by weight, in any order.
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
