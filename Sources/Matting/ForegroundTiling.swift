package import Tensors

/// How `ForegroundEstimation` divides a picture: into levels, each of half the size of the one before, and into tiles.
/// Levels of few cells are computed completely; the larger ones tile by tile, and only where there is an edge.
package struct ForegroundTiling: Sendable {
  /// The most cells of a level that is computed completely.
  package static let wholeLevelLimit = 1 << 14
  /// The rows and columns around a tile's part of a level that are computed as well.
  package static let margin = 2
  /// The distance, in cells, from an edge within which estimates are of use: two cells show the foreground's colour
  /// around the matte, and one more is their neighbour.
  package static let reach = 3

  /// The sizes of the levels from the picture to the largest that is computed completely.
  package let levels: [Size]
  /// The side of a tile in pixels: whole cells of the largest complete level.
  package let side: Int

  package init(_ size: Size) {
    var levels = [size]
    while let last = levels.last, last.height * last.width > Self.wholeLevelLimit { levels.append(last.halved) }
    self.levels = levels
    side = max(64, 4 << (levels.count - 1))
  }

  /// How many times the picture is halved to give the largest complete level.
  package var depth: Int { levels.count - 1 }
  /// The number of tiles in a row.
  package var across: Int { (levels[0].width + side - 1) / side }
  /// The number of tiles.
  package var count: Int { across * ((levels[0].height + side - 1) / side) }
}
