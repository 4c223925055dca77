import Tensors

/// How Winograd's convolution in one launch divides its groups of tiles among work-items. Each work-item has a slot of
/// scratch memory of its own.
struct FusedWinogradDivision {
  /// The number of groups that a work-item computes one after the other.
  let groupsPerItem: Int
  /// The number of work-items.
  let items: Int
  /// The size of a slot in float32 values: a group's transformed input and one block's products.
  let slotCount: Int
  /// The size of scratch memory in float32 values.
  var scratchCount: Int { items * slotCount }

  /// - Parameters:
  ///   - tiles: the number of tiles in a group.
  ///   - maximumItems: the largest number of work-items.
  init(of problem: ConvolutionProblem, tiles: Int, items maximumItems: Int) {
    let groups = problem.winogradTiles.dividedRoundingUp(by: tiles)
    groupsPerItem = groups.dividedRoundingUp(by: maximumItems)
    items = groups.dividedRoundingUp(by: groupsPerItem)
    slotCount = transformedCount(inChannels: problem.inChannels, tiles: tiles) + productCount(tiles: tiles)
  }
}

/// How Winograd's convolution in pairs of launches, one for the transform of the input and one for the products,
/// divides its work. The groups of a pair are so few that their transformed input stays in a processor's last-level
/// cache.
struct NonfusedWinogradDivision {
  /// The number of groups of tiles.
  let groups: Int
  /// The number of groups of each pair of launches but the last.
  let groupsPerLaunch: Int
  /// The number of groups that a work-item computes.
  let groupsPerItem: Int
  /// The number of work-items along the blocks of output channels.
  let items: Int
  /// The size in float32 values of the transformed input of one pair of launches. The slots lie behind it.
  let transformedCount: Int
  /// The size of a work-item's slot in float32 values.
  let slotCount: Int
  /// The size of scratch memory in float32 values.
  var scratchCount: Int {
    transformedCount + items * groupsPerLaunch.dividedRoundingUp(by: groupsPerItem) * slotCount
  }

  /// - Parameters:
  ///   - tiles: the number of tiles in a group.
  ///   - maximumItems: the largest number of work-items.
  ///   - cacheBytes: the largest size of the transformed input of one pair of launches.
  init(of problem: ConvolutionProblem, tiles: Int, items maximumItems: Int, cacheBytes: Int) {
    groups = problem.winogradTiles.dividedRoundingUp(by: tiles)
    let groupCount = Engine.transformedCount(inChannels: problem.inChannels, tiles: tiles)
    let mostGroups = max(1, cacheBytes / (groupCount * MemoryLayout<Float>.stride))
    groupsPerLaunch = groups.dividedRoundingUp(by: groups.dividedRoundingUp(by: mostGroups))
    let blocks = problem.output.blocks
    items = min(blocks, maximumItems)
    // If the blocks alone do not keep every core busy, the groups are divided as well.
    let parts = min(groupsPerLaunch, (maximumItems / 4).dividedRoundingUp(by: blocks))
    groupsPerItem = groupsPerLaunch.dividedRoundingUp(by: max(1, parts))
    transformedCount = groupsPerLaunch * groupCount
    slotCount = groupsPerItem * productCount(tiles: tiles)
  }

  /// The groups of each pair of launches.
  var launches: [Range<Int>] {
    stride(from: 0, to: groups, by: groupsPerLaunch).map { $0..<Swift.min($0 + groupsPerLaunch, groups) }
  }
}

/// The size of a group's transformed input in float32 values. For each of the 36 taps there is a number of cache lines,
/// one for each tile and block, which is made odd as in the kernels.
private func transformedCount(inChannels: Int, tiles: Int) -> Int {
  WinogradTransform.taps * (inChannels / channelsOfBlock * tiles | 1) * channelsOfBlock
}

/// The number of a group's products for one block of output channels.
private func productCount(tiles: Int) -> Int { WinogradTransform.taps * tiles * channelsOfBlock }
