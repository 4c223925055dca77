/// A convolution on blocks by sub-groups: what one of them computes, the constants of `conv2d_subgroup.cl`.
package struct SubgroupConvolution: Hashable, Sendable {
  /// Pixels of a row.
  package let pixels: Int
  /// Output channels of each of its work-items.
  package let outputs: Int
  /// Parts into which the sum over input channels is divided, each for other sub-groups.
  package let splits: Int

  /// Such a division; nil where no kernel has such constants.
  package init?(pixels: Int, outputs: Int, splits: Int) {
    guard Self.tiles.contains(where: { $0 == (pixels, outputs) }), (1...Self.mostSplits).contains(splits) else {
      return nil
    }
    self.pixels = pixels
    self.outputs = outputs
    self.splits = splits
  }

  /// Pixels and output channels of a work-item worth trying: sums, pixels and weights must fit the 64 values of 16
  /// work-items that the registers of Intel's GPUs hold.
  package static let tiles: [(pixels: Int, outputs: Int)] = [
    (16, 1), (10, 2), (8, 2), (10, 1), (8, 1), (4, 2), (5, 1), (4, 1),
  ]

  /// The most parts of a sum.
  static let mostSplits = 8

  /// The parts of a sum over input channels, and the blocks of 16 channels of each: fewer parts than are wanted where
  /// there are few blocks.
  package func parts(inChannels: Int) -> (count: Int, blocks: Int) {
    let blocks = inChannels / 16
    let blocksOfPart = blocks.dividedRoundingUp(by: splits)
    return (blocks.dividedRoundingUp(by: blocksOfPart), blocksOfPart)
  }
}
