import Tensors

/// How Winograd's convolution in one launch divides its groups of tiles among work-items, each with a slot of scratch.
struct FusedWinogradDivision {
  /// Groups that a work-item computes one after the other.
  let groupsPerItem: Int
  /// Work-items.
  let items: Int
  /// The elements of one slot: a group's transformed input and one block's products.
  let slotCount: Int
  /// The elements of scratch.
  var scratchCount: Int { items * slotCount }

  init(of problem: ConvolutionProblem, tiles: Int, items mostItems: Int) {
    let groups = problem.winogradTiles.dividedRoundingUp(by: tiles)
    groupsPerItem = groups.dividedRoundingUp(by: mostItems)
    items = groups.dividedRoundingUp(by: groupsPerItem)
    slotCount = transformedElements(inChannels: problem.inChannels, tiles: tiles) + 36 * tiles * 16
  }
}

/// How Winograd's convolution in launches of their own for the transform of the input and for the products divides its
/// work: so many groups of tiles for each pair of launches that their transformed input stays in a processor's last
/// cache.
struct NonfusedWinogradDivision {
  /// All groups of tiles.
  let groups: Int
  /// Groups of each pair of launches but the last.
  let groupsPerLaunch: Int
  /// Groups that a work-item computes.
  let groupsPerItem: Int
  /// Work-items side by side over the blocks of output channels.
  let items: Int
  /// The elements of the transformed input of one pair of launches; the slots lie behind it.
  let transformedCount: Int
  /// The elements of a work-item's slot.
  let slotCount: Int
  /// The elements of scratch.
  var scratchCount: Int {
    transformedCount + items * groupsPerLaunch.dividedRoundingUp(by: groupsPerItem) * slotCount
  }

  init(of problem: ConvolutionProblem, tiles: Int, items mostItems: Int, cacheBytes: Int) {
    groups = problem.winogradTiles.dividedRoundingUp(by: tiles)
    let groupCount = transformedElements(inChannels: problem.inChannels, tiles: tiles)
    let most = max(1, cacheBytes / (groupCount * MemoryLayout<Float>.stride))
    groupsPerLaunch = groups.dividedRoundingUp(by: groups.dividedRoundingUp(by: most))
    let blocks = problem.output.channels / 16
    items = min(blocks, mostItems)
    // Where the blocks alone do not keep every core busy, the groups are divided as well.
    let parts = min(groupsPerLaunch, (mostItems / 4).dividedRoundingUp(by: blocks))
    groupsPerItem = groupsPerLaunch.dividedRoundingUp(by: max(1, parts))
    transformedCount = groupsPerLaunch * groupCount
    slotCount = groupsPerItem * 36 * tiles * 16
  }

  /// The groups of each pair of launches.
  var launches: [Range<Int>] {
    stride(from: 0, to: groups, by: groupsPerLaunch).map { $0..<Swift.min($0 + groupsPerLaunch, groups) }
  }
}

/// The elements of a group's transformed input: 36 times a number of cache lines that is made odd, as the kernels do.
private func transformedElements(inChannels: Int, tiles: Int) -> Int { 36 * (inChannels / 16 * tiles | 1) * 16 }
