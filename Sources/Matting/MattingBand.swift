package import Tensors

/// The unknown pixels of one level of a picture, in blocks of eight beside one another; planes that they are spread on
/// have a margin, so that every neighbour of a block can be read.
package struct MattingBand: Sendable {
  /// Eight pixels of which at least one is unknown.
  package struct Block: Sendable {
    /// The row.
    package let y: Int
    /// The first pixel's column, a multiple of eight.
    package let x: Int
    /// 1 for unknown pixels, 0 for others and beyond the border.
    package let unknown: SIMD8<Float>
  }

  /// The level's.
  package let size: Size
  /// Rows and columns around a plane.
  static let margin = 8
  /// By rows, then columns.
  package let blocks: [Block]
  /// Which of `blocks` lie in each strip of rows.
  let strips: [Range<Int>]
  /// The rows of a strip.
  static let stripHeight = 32

  /// The unknown pixels of a level of a size.
  package init(_ trimap: Trimap, at size: Size) {
    self.size = size
    let stripCount = (size.height + Self.stripHeight - 1) / Self.stripHeight
    let found = (0..<stripCount).mapInParallel { strip in
      var blocks: [Block] = []
      withUnsafeTemporaryAllocation(of: Trimap.Region.self, capacity: size.width) { row in
        guard let regions = row.baseAddress else { return }
        for y in strip * Self.stripHeight..<min(size.height, (strip + 1) * Self.stripHeight) {
          trimap.row(y, of: size, into: regions)
          for x in stride(from: 0, to: size.width, by: 8) {
            var unknown = SIMD8<Float>.zero
            for lane in 0..<min(8, size.width - x) where regions[x + lane] == .unknown { unknown[lane] = 1 }
            if unknown.max() > 0 { blocks.append(Block(y: y, x: x, unknown: unknown)) }
          }
        }
      }
      return blocks
    }
    blocks = found.flatMap(\.self)
    var strips: [Range<Int>] = []
    for part in found { strips.append((strips.last?.upperBound ?? 0)..<(strips.last?.upperBound ?? 0) + part.count) }
    self.strips = strips
  }

  /// The elements from one row of a plane to the next.
  var rowStride: Int { (size.width + 7) / 8 * 8 + 2 * Self.margin }
  /// The elements of a plane.
  package var planeCount: Int { rowStride * (size.height + 2 * Self.margin) }

  /// Where a pixel lies on a plane.
  @inline(__always)
  package func place(_ x: Int, _ y: Int) -> Int { (y + Self.margin) * rowStride + x + Self.margin }
}
