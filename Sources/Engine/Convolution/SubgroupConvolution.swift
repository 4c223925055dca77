/// A convolution on blocks by sub-groups: the tile of one sub-group, which sets constants of `conv2d_subgroup.cl`.
package struct SubgroupConvolution: Hashable, Sendable {
  /// Pixels of a row.
  package let pixels: Int
  /// Output channels of each work-item.
  package let outputs: Int
  /// Split-K: the number of parts into which the sum over input channels is divided, each for other sub-groups.
  package let splitK: Int

  /// A tile; nil if no kernel has these constants.
  package init?(pixels: Int, outputs: Int, splitK: Int) {
    guard Self.tiles.contains(where: { $0 == (pixels, outputs) }), (1...Self.maximumSplitK).contains(splitK) else {
      return nil
    }
    self.pixels = pixels
    self.outputs = outputs
    self.splitK = splitK
  }

  /// The tiles worth trying, as pixels and output channels of a work-item. Sums, pixels and weights must fit the 64
  /// values that the registers of Intel's GPUs hold for each of 16 work-items.
  package static let tiles: [(pixels: Int, outputs: Int)] = [
    (16, 1), (10, 2), (8, 2), (10, 1), (8, 1), (4, 2), (5, 1), (4, 1),
  ]

  /// The largest split-K.
  static let maximumSplitK = 8

  /// The parts of the sum over input channels, and the blocks of 16 channels in each. There are fewer than `splitK`
  /// parts if there are too few blocks.
  package func parts(inChannels: Int) -> (count: Int, blocks: Int) {
    let blocks = inChannels / channelsOfBlock
    let blocksOfPart = blocks.dividedRoundingUp(by: splitK)
    return (blocks.dividedRoundingUp(by: blocksOfPart), blocksOfPart)
  }
}
