internal import Tensors

/// For every pixel the nearest foreground pixel by Euclidean distance, exactly and in linear time: along columns first,
/// then the lower envelope of parabolas along each row (Maurer 2003, Meijster 2000).
///
/// Of several nearest the leftmost is taken, of those the uppermost: as SciPy's `distance_transform_edt` does.
struct NearestForeground {
  /// Where a row's nearest pixels lie.
  struct Site {
    /// Squared, in pixels.
    var distance: Int
    /// The index of the pixel, `row · width + column`.
    var index: Int
  }

  private let size: Size
  /// The row of the nearest foreground pixel of the same column, `[height, width]`; meaningless in columns without any.
  private let nearestRows: [Int32]
  /// The columns that have any foreground, in order.
  private let columns: [Int32]

  /// - Parameter mask: `[height, width]`, foreground where above 128; at least one pixel must be.
  init(_ mask: [UInt8], size: Size) {
    self.size = size
    let (height, width) = (size.height, size.width)
    // Further away than any row, and still safe to subtract.
    let nowhere = Int32.max / 4
    var above = [Int32](repeating: -nowhere, count: width)
    var below = [Int32](repeating: nowhere, count: width)
    nearestRows = [Int32](unsafeUninitializedCapacity: height * width) { rows, initialized in
      mask.withUnsafeBufferPointer { mask in
        above.withUnsafeMutableBufferPointer { above in
          for y in 0..<height {
            for x in 0..<width {
              above[x] = mask[y &* width &+ x] > 128 ? Int32(truncatingIfNeeded: y) : above[x]
              rows[y &* width &+ x] = above[x]
            }
          }
        }
        below.withUnsafeMutableBufferPointer { below in
          for y in (0..<height).reversed() {
            let own = Int32(truncatingIfNeeded: y)
            for x in 0..<width {
              let upper = rows[y &* width &+ x]
              let lower = upper == own ? own : below[x]
              below[x] = lower
              rows[y &* width &+ x] = own &- upper <= lower &- own ? upper : lower
            }
          }
        }
      }
      initialized = height * width
    }
    columns = (0..<width).filter { above[$0] >= 0 }.map { Int32($0) }
  }

  /// The envelope of a row's parabolas, kept from row to row to save allocations.
  struct Scratch {
    fileprivate var columns: [Int]
    fileprivate var heights: [Int]

    init(width: Int) {
      columns = Array(repeating: 0, count: width)
      heights = Array(repeating: 0, count: width)
    }
  }

  /// Calls `body` with some columns of a row and the pixel nearest to each.
  func forEach(inRow y: Int, columns: Range<Int>, _ scratch: inout Scratch, _ body: (Int, Site) -> Void) {
    guard !columns.isEmpty else { return }
    nearestRows.withUnsafeBufferPointer { rows in
      let row = UnsafeBufferPointer(rebasing: rows[y * size.width..<(y + 1) * size.width])
      scratch.columns.withUnsafeMutableBufferPointer { stack in
        scratch.heights.withUnsafeMutableBufferPointer { heights in
          let count = envelope(of: row, y, stack, heights)
          var top = 0
          for x in columns {
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
            body(x, Site(distance: least, index: Int(row[column]) &* size.width &+ column))
          }
        }
      }
    }
  }

  /// Leaves on the stack, from left to right, the columns that are nearest to some point of the row.
  private func envelope(
    of row: UnsafeBufferPointer<Int32>, _ y: Int, _ stack: UnsafeMutableBufferPointer<Int>,
    _ heights: UnsafeMutableBufferPointer<Int>
  ) -> Int {
    var count = 0
    for column in columns {
      let x = Int(column)
      let rise = Int(row[x]) &- y
      let height = rise &* rise
      // The column before is hidden where its parabola nowhere lies below both of its neighbours'.
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
