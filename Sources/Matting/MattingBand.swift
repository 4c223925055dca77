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
    /// Bit `i` says whether pixel `x + i` is unknown.
    package let unknown: UInt8
  }

  /// The size of the level.
  package let size: Size
  /// The rows and columns around a plane.
  static let margin = 8
  /// The blocks, sorted by row and column.
  package let blocks: [Block]
  /// The index of each block in a plane.
  let places: [Int32]
  /// The indices of the blocks in each strip of rows.
  let strips: [Range<Int>]
  /// The number of rows in a strip.
  static let stripHeight = 32

  /// The unknown pixels of a level of this size.
  package init(_ trimap: Trimap, at size: Size) {
    self.size = size
    let columns = trimap.columns(of: size.width)
    var (blocks, strips) = ([Block](), [Range<Int>]())
    var parts: (row: Int, parts: [(x: Int, unknown: UInt8)]) = (-1, [])
    for top in stride(from: 0, to: size.height, by: Self.stripHeight) {
      let first = blocks.count
      for y in top..<min(size.height, top + Self.stripHeight) {
        let row = trimap.row(of: y, in: size.height)
        if row != parts.row { parts = (row, Self.parts(of: trimap, row, columns)) }
        for part in parts.parts { blocks.append(Block(y: y, x: part.x, unknown: part.unknown)) }
      }
      strips.append(first..<blocks.count)
    }
    let stride = Self.rowStride(of: size)
    places = blocks.map { Int32(($0.y + Self.margin) * stride + $0.x + Self.margin) }
    (self.blocks, self.strips) = (blocks, strips)
  }

  /// The blocks of pixels in a row of cells.
  private static func parts(of trimap: Trimap, _ row: Int, _ columns: [Int]) -> [(x: Int, unknown: UInt8)] {
    var parts: [(x: Int, unknown: UInt8)] = []
    for run in trimap.runs(of: .unknown, row: row, columns: columns) {
      for x in Swift.stride(from: run.lowerBound / 8 * 8, to: run.upperBound, by: 8) {
        let lanes = max(0, run.lowerBound - x)..<min(8, run.upperBound - x)
        let unknown = lanes.reduce(UInt8(0)) { $0 | 1 << UInt8($1) }
        if let last = parts.last, last.x == x {
          parts[parts.count - 1].unknown |= unknown
        } else {
          parts.append((x, unknown))
        }
      }
    }
    return parts
  }

  private static func rowStride(of size: Size) -> Int { (size.width + 7) / 8 * 8 + 2 * margin }
  /// The distance from one row of a plane to the next, in elements.
  var rowStride: Int { Self.rowStride(of: size) }
  /// The number of elements of a plane.
  package var planeCount: Int { rowStride * (size.height + 2 * Self.margin) }

  /// The index of a pixel in a plane.
  @inline(__always)
  package func place(_ x: Int, _ y: Int) -> Int { (y + Self.margin) * rowStride + x + Self.margin }

  /// Calls `body` for each strip that has blocks, on all cores.
  ///
  /// - Returns: the sum of the results, in the order of the strips.
  @discardableResult
  func sumOverStrips(_ body: (_ strip: Int, _ blocks: Range<Int>) -> Double) -> Double {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: strips.count) { sums in
      nonisolated(unsafe) let sums = sums
      inParallel(strips.count) { strip in
        sums.initializeElement(at: strip, to: strips[strip].isEmpty ? 0 : body(strip, strips[strip]))
      }
      return sums.reduce(0, +)
    }
  }
}
