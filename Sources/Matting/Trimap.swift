package import Tensors

/// The certain foreground, the certain background and the unknown cells of a mask.
package struct Trimap: Sendable {
  /// The region of a cell.
  package enum Region: UInt8, Sendable {
    /// Background only.
    case background
    /// Not known.
    case unknown
    /// Foreground only.
    case foreground
  }

  /// The size in cells.
  package let size: Size
  private let regions: [Region]

  /// The trimap of a mask. Unknown are the cells between the limits, and those within `radius` cells of an unknown cell
  /// or of one on the other side.
  package init(of mask: CoarseMask, background: Float, foreground: Float, radius: Int) {
    size = mask.size
    let least = Self.extreme(mask.values, mask.size, radius) { $0 < $1 ? $0 : $1 }
    let most = Self.extreme(mask.values, mask.size, radius) { $0 > $1 ? $0 : $1 }
    regions = least.indices.map {
      most[$0] <= background ? .background : least[$0] >= foreground ? .foreground : .unknown
    }
  }

  /// The least or greatest value within `radius` rows and columns.
  @inline(__always)
  private static func extreme(
    _ values: [Float], _ size: Size, _ radius: Int, _ pick: (Float, Float) -> Float
  ) -> [Float] {
    let (width, height) = (size.width, size.height)
    var (rows, result) = (values, values)
    values.withUnsafeBufferPointer { values in
      rows.withUnsafeMutableBufferPointer { rows in
        for shift in 0..<min(width, radius + 1) {
          for row in stride(from: 0, to: values.count, by: width) {
            for i in row..<row + width - shift { rows[i] = pick(rows[i], values[i + shift]) }
            for i in row + shift..<row + width { rows[i] = pick(rows[i], values[i - shift]) }
          }
        }
      }
    }
    rows.withUnsafeBufferPointer { rows in
      result.withUnsafeMutableBufferPointer { result in
        for y in 0..<height {
          for other in max(0, y - radius)...min(height - 1, y + radius) {
            let far = (other - y) * width
            for i in y * width..<(y + 1) * width { result[i] = pick(result[i], rows[i + far]) }
          }
        }
      }
    }
    return result
  }

  /// The row of cells in which row `y` of a picture or level of this height is.
  func row(of y: Int, in height: Int) -> Int { y * size.height / height }

  /// The first pixel of each column of cells in a picture or level of this width, and the width at the end.
  func columns(of width: Int) -> [Int] {
    (0...size.width).map { ($0 * width + size.width - 1) / size.width }
  }

  /// The pixels in the cells of a region.
  ///
  /// - Parameters:
  ///   - row: the row of cells.
  ///   - columns: the first pixels of the columns.
  func runs(of region: Region, row: Int, columns: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for column in 0..<size.width where regions[row * size.width + column] == region {
      let pixels = columns[column]..<columns[column + 1]
      if let last = runs.last, last.upperBound == pixels.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<pixels.upperBound
      } else if !pixels.isEmpty {
        runs.append(pixels)
      }
    }
    return runs
  }
}
