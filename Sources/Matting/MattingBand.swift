package import Tensors

/// The unknown pixels of a level of a picture, in blocks of eight in a row. Planes of values have a margin, so that
/// every neighbour of a block can be read.
package struct MattingBand: Sendable {
  /// Eight pixels, at least one of them unknown.
  package struct Block: Sendable {
    /// The row.
    package let y: Int
    /// The first pixel's column, a multiple of eight.
    package let x: Int
    /// 1 for unknown pixels, 0 for others and outside the level.
    package let unknown: SIMD8<Float>
  }

  /// The size of the level.
  package let size: Size
  /// The rows and columns around a plane.
  static let margin = 8
  /// The blocks, sorted by row and column.
  package let blocks: [Block]
  /// The indices of the blocks in each strip of rows.
  let strips: [Range<Int>]
  /// The number of rows in a strip.
  static let stripHeight = 32

  /// The unknown pixels of a level of this size.
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

  /// The distance from one row of a plane to the next, in elements.
  var rowStride: Int { (size.width + 7) / 8 * 8 + 2 * Self.margin }
  /// The number of elements of a plane.
  package var planeCount: Int { rowStride * (size.height + 2 * Self.margin) }

  /// The index of a pixel in a plane.
  @inline(__always)
  package func place(_ x: Int, _ y: Int) -> Int { (y + Self.margin) * rowStride + x + Self.margin }
}
