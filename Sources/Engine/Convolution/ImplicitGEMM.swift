/// A convolution as an implicit matrix product on a GPU: constants of `conv2d_gemm.cl`, and how the output is divided
/// among work-groups.
package struct ImplicitGEMM: Hashable, Sendable {
  /// The part of the output that a work-group computes, and a work-item or warp of it.
  package struct Tile: Hashable, Sendable {
    /// Pixels of a work-group, at most: the kernel's `TILE_M`.
    package var pixels: Int
    /// Output channels of a work-group, `TILE_N`.
    package var channels: Int
    /// Pixels of a work-item, or of a warp that uses tensor cores: `ITEM_M`.
    package var itemPixels: Int
    /// Output channels of a work-item, or of a warp that uses tensor cores: `ITEM_N`.
    package var itemChannels: Int

    init(_ pixels: Int, _ channels: Int, per itemPixels: Int, _ itemChannels: Int) {
      self.pixels = pixels
      self.channels = channels
      self.itemPixels = itemPixels
      self.itemChannels = itemChannels
    }
  }

  /// How the products are computed.
  package var product: MultiplyMethod
  /// The tile.
  package var tile: Tile
  /// Columns of the map that a tile covers.
  package var width: Int
  /// Rows of the map that a tile covers; `width * height` is at most the tile's pixels.
  package var height: Int
  /// Split-K: the number of parts into which the sum over input channels is divided, each for other work-groups.
  package var splitK: Int

  package init(_ product: MultiplyMethod, tile: Tile, width: Int, height: Int, splitK: Int = 1) {
    self.product = product
    self.tile = tile
    self.width = width
    self.height = height
    self.splitK = splitK
  }

  /// The number of work-items of a work-group.
  package var threads: Int {
    tile.pixels / tile.itemPixels * (tile.channels / tile.itemChannels) * product.itemsOfTile
  }

  /// The number of input pixels that the taps of one tile read.
  func patchPixels(kernel: Int, dilation: Int) -> Int {
    (width + (kernel - 1) * min(dilation, width)) * (height + (kernel - 1) * min(dilation, height))
  }
}

extension ImplicitGEMM {
  /// The length of `numbers`.
  static let numberCount = 8

  /// All properties as numbers, for records.
  var numbers: [Int] {
    [product.rawValue, tile.pixels, tile.channels, tile.itemPixels, tile.itemChannels, width, height, splitK]
  }

  /// The inverse of `numbers`; nil if no kernel has these constants.
  init?(numbers: [Int]) {
    guard numbers.count == Self.numberCount, let product = MultiplyMethod(rawValue: numbers[0]) else { return nil }
    let tile = Tile(numbers[1], numbers[2], per: numbers[3], numbers[4])
    guard product.tiles.contains(tile), numbers[5...].allSatisfy({ $0 > 0 }), numbers[5] <= tile.pixels,
      numbers[6] <= tile.pixels, numbers[5] * numbers[6] <= tile.pixels, numbers[7] <= GPUTuning.maximumSplitK
    else { return nil }
    self.init(product, tile: tile, width: numbers[5], height: numbers[6], splitK: numbers[7])
  }
}

/// How a GPU computes the products of a convolution: the kernel's `MULTIPLY`.
package enum MultiplyMethod: Int, Hashable, Sendable, CaseIterable {
  /// Fused multiply-adds in float32, on any device.
  case fma = 0
  /// NVIDIA's tensor cores on halves, m16n8k16: compute capability 8.0 and newer.
  case tensorHalfK16 = 1
  /// NVIDIA's tensor cores on halves, m16n8k8: compute capability 7.5.
  case tensorHalfK8 = 2
  /// NVIDIA's tensor cores on TF32, three products for one of float32: compute capability 8.0 and newer.
  case tensorTF32x3 = 3

  /// The number of work-items that compute an item of a tile together: one, or a warp.
  var itemsOfTile: Int { self == .fma ? 1 : 32 }

  /// The smallest tile worth trying: few pixels, 16 channels.
  package var smallestTile: ImplicitGEMM.Tile { tiles[tiles.count - 1] }

  private static let smallWarps: [ImplicitGEMM.Tile] = [
    .init(64, 64, per: 32, 32), .init(128, 32, per: 32, 32), .init(64, 32, per: 32, 16), .init(128, 16, per: 32, 16),
    .init(64, 16, per: 16, 16),
  ]

  /// Tiles for devices that can run none of the others: work-groups of 32 and less, and little local memory.
  var lastTiles: [ImplicitGEMM.Tile] { self == .fma ? [.init(32, 16, per: 4, 4), .init(16, 16, per: 4, 4)] : [] }

  /// Whether the kernel can be compiled for a tile.
  func isTile(_ tile: ImplicitGEMM.Tile) -> Bool { tiles.contains(tile) || lastTiles.contains(tile) }

  /// The tiles worth trying on an architecture.
  func tiles(on architecture: GPUArchitecture) -> [ImplicitGEMM.Tile] {
    self == .fma ? tiles.filter(architecture.takes) : tiles
  }

  /// The tiles worth trying, those with the most multiply-adds per operand read first.
  package var tiles: [ImplicitGEMM.Tile] {
    switch self {
    case .fma:
      [
        .init(128, 128, per: 8, 8), .init(128, 64, per: 8, 8), .init(64, 64, per: 8, 4), .init(128, 32, per: 8, 4),
        .init(64, 64, per: 4, 4), .init(128, 32, per: 4, 4), .init(64, 32, per: 4, 4), .init(256, 16, per: 8, 4),
        .init(256, 16, per: 4, 4), .init(128, 16, per: 4, 4), .init(64, 16, per: 4, 4),
      ]
    case .tensorHalfK16: [.init(128, 128, per: 64, 64), .init(128, 128, per: 64, 32)] + Self.tensorHalfK8.tiles
    case .tensorHalfK8: [.init(128, 64, per: 64, 32)] + Self.smallWarps
    // Each row of taps has sums besides those of all rows, which takes twice the registers.
    case .tensorTF32x3: [.init(128, 64, per: 32, 32)] + Self.smallWarps
    }
  }
}

extension MultiplyMethod: CustomStringConvertible {
  /// For reports, such as `on tensor cores (m16n8k16)`.
  package var description: String {
    switch self {
    case .fma: "by fused multiply-adds"
    case .tensorHalfK16: "on tensor cores (m16n8k16)"
    case .tensorHalfK8: "on tensor cores (m16n8k8)"
    case .tensorTF32x3: "on tensor cores (3×TF32)"
    }
  }
}

/// How operands are copied to local memory: the kernel's `COPY`.
package enum LocalMemoryCopy: Int, Hashable, Sendable {
  /// Through registers, on any device.
  case registers = 0
  /// By NVIDIA's `cp.async`: compute capability 8.0 and newer.
  case async = 1
  /// For tests: each copy happens when it is waited for.
  case asyncLate = 2
}
