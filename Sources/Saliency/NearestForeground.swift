internal import Tensors

/// Finds the nearest foreground pixel of every pixel by Euclidean distance, exactly and in linear time: first along
/// columns, then by the lower envelope of parabolas along each row (Maurer 2003, Meijster 2000).
///
/// Of several nearest pixels it takes the leftmost, and of those the uppermost, as SciPy's `distance_transform_edt`
/// does.
struct NearestForeground {
  /// The nearest foreground pixel of a pixel.
  struct Site {
    /// The squared distance, in pixels.
    var distance: Int
    /// Its index, `row · width + column`.
    var index: Int
  }

  private let width: Int
  /// The columns with foreground, in order.
  private let columns: [Int32]
  /// The columns from the first to the last with foreground.
  private let span: Range<Int>
  /// The row of the nearest foreground pixel in the same column, `[height, span]`; meaningless in columns without one.
  private let nearestRows: [Int32]

  /// - Parameters:
  ///   - mask: the mask, `[height, width]`; values above 128 are foreground.
  ///   - truth: the same as bits, at least one of them set.
  init(_ mask: [UInt8], _ truth: BitMask) {
    let columns = truth.occupiedColumns
    let span = (columns.first ?? 0)..<(columns.last ?? 0) + 1
    let (height, width, count) = (truth.size.height, truth.size.width, span.count)
    self.columns = columns.map { Int32($0) }
    self.span = span
    self.width = width
    // Farther away than any row, without overflow in subtractions.
    let nowhere = Int32.max / 4
    var above = [Int32](repeating: -nowhere, count: count)
    var below = [Int32](repeating: nowhere, count: count)
    nearestRows = [Int32](unsafeUninitializedCapacity: height * count) { rows, initialized in
      mask.withUnsafeBufferPointer { mask in
        above.withUnsafeMutableBufferPointer { above in
          for y in 0..<height {
            let (own, line, row) = (Int32(truncatingIfNeeded: y), y &* width &+ span.lowerBound, y &* count)
            for x in 0..<count {
              above[x] = mask[line &+ x] > 128 ? own : above[x]
              rows[row &+ x] = above[x]
            }
          }
        }
        below.withUnsafeMutableBufferPointer { below in
          for y in (0..<height).reversed() {
            let (own, row) = (Int32(truncatingIfNeeded: y), y &* count)
            for x in 0..<count {
              let upper = rows[row &+ x]
              let lower = upper == own ? own : below[x]
              below[x] = lower
              rows[row &+ x] = own &- upper <= lower &- own ? upper : lower
            }
          }
        }
      }
      initialized = height * count
    }
  }

  /// Memory for the envelope of a row, reused from row to row.
  struct Scratch {
    fileprivate var columns: [Int]
    fileprivate var heights: [Int]

    init(width: Int) {
      columns = Array(repeating: 0, count: width)
      heights = Array(repeating: 0, count: width)
    }
  }

  /// Calls `body` with the column of each wanted pixel of a row and its nearest foreground pixel. Wanted pixels must be
  /// background.
  @inline(__always)
  func forEach(of wanted: BitMask, inRow y: Int, _ scratch: inout Scratch, _ body: (Int, Site) -> Void) {
    guard wanted.span(ofRow: y) != nil else { return }
    nearestRows.withUnsafeBufferPointer { rows in
      let row = UnsafeBufferPointer(rebasing: rows[y * span.count..<(y + 1) * span.count])
      scratch.columns.withUnsafeMutableBufferPointer { stack in
        scratch.heights.withUnsafeMutableBufferPointer { heights in
          var (count, top) = (0, 0)
          wanted.forEach(inRow: y) { x in
            if let site = near(x, in: row, y) {
              body(x, site)
              return
            }
            if count == 0 { count = envelope(of: row, y, stack, heights) }
            func distance(_ entry: Int) -> Int {
              let step = stack[entry] &- x
              return step &* step &+ heights[entry]
            }
            var least = distance(top)
            while top &+ 1 < count {
              let next = distance(top &+ 1)
              guard next < least else { break }
              least = next
              top &+= 1
            }
            let column = stack[top]
            body(x, Site(distance: least, index: Int(row[column &- span.lowerBound]) &* width &+ column))
          }
        }
      }
    }
  }

  /// The nearest foreground pixel, if it is so near that a search to both sides is faster than the envelope.
  @inline(__always)
  private func near(_ x: Int, in row: UnsafeBufferPointer<Int32>, _ y: Int) -> Site? {
    let farthest = 8
    var (best, column) = (farthest * farthest + 1, x)
    var step = 0
    func distance(_ column: Int) -> Int {
      guard span.contains(column) else { return .max }
      let rise = Int(row[column &- span.lowerBound]) &- y
      return step &* step &+ rise &* rise
    }
    while step &* step <= best, step <= farthest {
      // The leftmost of several: a pixel on the left replaces equally near ones.
      let (left, right) = (distance(x &- step), distance(x &+ step))
      if left <= best { (best, column) = (left, x &- step) }
      if right < best { (best, column) = (right, x &+ step) }
      step &+= 1
    }
    guard best <= farthest * farthest else { return nil }
    return Site(distance: best, index: Int(row[column &- span.lowerBound]) &* width &+ column)
  }

  /// Writes to the stack, from left to right, the columns that are nearest to some background pixel of the row.
  ///
  /// - Returns: their number.
  private func envelope(
    of row: UnsafeBufferPointer<Int32>, _ y: Int, _ stack: UnsafeMutableBufferPointer<Int>,
    _ heights: UnsafeMutableBufferPointer<Int>
  ) -> Int {
    let own = Int32(truncatingIfNeeded: y)
    var count = 0
    for column in columns {
      let x = Int(column)
      let place = x &- span.lowerBound
      // A pixel inside a run of foreground is nearest to no background pixel.
      if row[place] == own, place > 0, place &+ 1 < row.count, row[place &- 1] == own, row[place &+ 1] == own {
        continue
      }
      let rise = Int(row[place]) &- y
      let height = rise &* rise
      // The column before is hidden if its parabola is nowhere below both of its neighbours'.
      while count >= 2 {
        let a = stack[count &- 1] &- stack[count &- 2]
        let b = x &- stack[count &- 1]
        let c = a &+ b
        guard c &* heights[count &- 1] &- b &* heights[count &- 2] &- a &* height &- a &* b &* c > 0 else { break }
        count &-= 1
      }
      stack[count] = x
      heights[count] = height
      count &+= 1
    }
    return count
  }
}
