/// A convolution as an implicit matrix product on a GPU: the constants of `conv2d_gemm.cl`, and how the output is divided
/// among work-groups.
package struct ImplicitGEMM: Hashable, Sendable {
  /// What a work-group and a work-item or warp compute.
  package struct Tile: Hashable, Sendable {
    /// Pixels of a work-group, at most.
    package var pixels: Int
    /// Output channels of a work-group.
    package var channels: Int
    /// Pixels of a work-item, or of a warp of tensor cores.
    package var itemPixels: Int
    /// Output channels of a work-item, or of a warp of tensor cores.
    package var itemChannels: Int

    /// Such a tile.
    init(_ pixels: Int, _ channels: Int, per itemPixels: Int, _ itemChannels: Int) {
      self.pixels = pixels
      self.channels = channels
      self.itemPixels = itemPixels
      self.itemChannels = itemChannels
    }
  }

  /// How products are made.
  package var product: MultiplyMethod
  /// The tile.
  package var tile: Tile
  /// Columns of the map that it covers.
  package var width: Int
  /// Rows of the map that it covers; `width * height` is at most the tile's pixels.
  package var height: Int
  /// Parts into which the sum over input channels is divided, each for other work-groups.
  package var splits: Int

  /// Such a division.
  package init(_ product: MultiplyMethod, tile: Tile, width: Int, height: Int, splits: Int = 1) {
    self.product = product
    self.tile = tile
    self.width = width
    self.height = height
    self.splits = splits
  }

  /// The work-items of a group.
  package var threads: Int {
    tile.pixels / tile.itemPixels * (tile.channels / tile.itemChannels) * product.itemsOfTile
  }

  /// The pixels of the patch of the input that the taps of one tile see.
  func patchPixels(kernel: Int, dilation: Int) -> Int {
    (width + (kernel - 1) * min(dilation, width)) * (height + (kernel - 1) * min(dilation, height))
  }
}

extension ImplicitGEMM {
  /// How many numbers say it all.
  static let numberCount = 8

  /// The product, the tile and the division, for records.
  var numbers: [Int] {
    [product.rawValue, tile.pixels, tile.channels, tile.itemPixels, tile.itemChannels, width, height, splits]
  }

  /// What `numbers` gave; nil where no kernel has such constants.
  init?(numbers: [Int]) {
    guard numbers.count == Self.numberCount, let product = MultiplyMethod(rawValue: numbers[0]) else { return nil }
    let tile = Tile(numbers[1], numbers[2], per: numbers[3], numbers[4])
    guard product.tiles.contains(tile), numbers[5...].allSatisfy({ $0 > 0 }), numbers[5] <= tile.pixels,
      numbers[6] <= tile.pixels, numbers[5] * numbers[6] <= tile.pixels, numbers[7] <= GPUTuning.mostSplits
    else { return nil }
    self.init(product, tile: tile, width: numbers[5], height: numbers[6], splits: numbers[7])
  }
}

/// How the products of a convolution are made on a GPU, the kernel's `MULTIPLY`.
package enum MultiplyMethod: Int, Hashable, Sendable, CaseIterable {
  /// Fused multiply-adds of float32, on any device.
  case fma = 0
  /// NVIDIA's tensor cores on halves, 16 × 8 × 16 at a time: compute capability 8.0 and newer.
  case tensorHalfK16 = 1
  /// The same, 16 × 8 × 8 at a time: 7.5.
  case tensorHalfK8 = 2
  /// Tensor cores on TF32, three products for one of float32: 8.0 and newer.
  case tensorTF32x3 = 3

  /// The work-items that compute an item of a tile together: one, or a warp.
  var itemsOfTile: Int { self == .fma ? 1 : 32 }

  /// The smallest of them: few pixels, 16 channels.
  package var smallestTile: ImplicitGEMM.Tile { tiles[tiles.count - 1] }

  private static let smallWarps: [ImplicitGEMM.Tile] = [
    .init(64, 64, per: 32, 32), .init(128, 32, per: 32, 32), .init(64, 32, per: 32, 16), .init(128, 16, per: 32, 16),
    .init(64, 16, per: 16, 16),
  ]

  /// Tiles for devices that run none of the others: groups of 32 work-items, little local memory.
  var lastTiles: [ImplicitGEMM.Tile] { self == .fma ? [.init(32, 16, per: 4, 4), .init(16, 16, per: 4, 4)] : [] }

  /// Whether there is such a tile at all.
  func isTile(_ tile: ImplicitGEMM.Tile) -> Bool { tiles.contains(tile) || lastTiles.contains(tile) }

  /// The tiles worth trying on an architecture.
  func tiles(on architecture: GPUArchitecture) -> [ImplicitGEMM.Tile] {
    self == .fma ? tiles.filter(architecture.takes) : tiles
  }

  /// The tiles worth trying; what multiplies most for each operand that it reads comes first.
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
    // Sums of a row of taps beside those of all rows: twice the registers.
    case .tensorTF32x3: [.init(128, 64, per: 32, 32)] + Self.smallWarps
    }
  }
}

extension MultiplyMethod: CustomStringConvertible {
  /// Such as `on tensor cores (m16n8k16)`.
  package var description: String {
    switch self {
    case .fma: "by fused multiply-adds"
    case .tensorHalfK16: "on tensor cores (m16n8k16)"
    case .tensorHalfK8: "on tensor cores (m16n8k8)"
    case .tensorTF32x3: "on tensor cores (3×TF32)"
    }
  }
}

/// How operands come into local memory, the kernel's `COPY`.
package enum LocalMemoryCopy: Int, Hashable, Sendable {
  /// Through registers, on any device.
  case registers = 0
  /// By NVIDIA's `cp.async`: compute capability 8.0 and newer.
  case async = 1
  /// For tests: each copy is made when it is waited for.
  case asyncLate = 2
}
