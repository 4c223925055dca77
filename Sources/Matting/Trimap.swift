package import Tensors

/// Where a mask is sure of itself and where it is not, cell by cell.
package struct Trimap: Sendable {
  /// What is known of a cell.
  package enum Region: UInt8, Sendable {
    /// Nothing of the foreground.
    case background
    /// Anything.
    case unknown
    /// Nothing else.
    case foreground
  }

  /// In cells.
  package let size: Size
  private let regions: [Region]

  /// The trimap of a mask: unknown is what lies between the limits, and what is within `radius` cells of a cell on the
  /// other side.
  package init(of mask: CoarseMask, background: Float, foreground: Float, radius: Int) {
    size = mask.size
    let least = Self.extreme(mask.values, mask.size, radius, min)
    let most = Self.extreme(mask.values, mask.size, radius, max)
    regions = zip(least, most).map { least, most in
      most <= background ? .background : least >= foreground ? .foreground : .unknown
    }
  }

  /// The least or greatest value within `radius` cells in both directions.
  private static func extreme(
    _ values: [Float], _ size: Size, _ radius: Int, _ pick: (Float, Float) -> Float
  ) -> [Float] {
    var rows = values
    for y in 0..<size.height {
      for x in 0..<size.width {
        for other in max(0, x - radius)...min(size.width - 1, x + radius) {
          rows[y * size.width + x] = pick(rows[y * size.width + x], values[y * size.width + other])
        }
      }
    }
    var result = rows
    for y in 0..<size.height {
      for other in max(0, y - radius)...min(size.height - 1, y + radius) {
        for x in 0..<size.width {
          result[y * size.width + x] = pick(result[y * size.width + x], rows[other * size.width + x])
        }
      }
    }
    return result
  }

  /// The regions of one row of a picture or a level of `pixels` rows and columns: those of the cells under its pixels.
  func row(_ y: Int, of pixels: Size, into row: UnsafeMutablePointer<Region>) {
    let cells = y * size.height / pixels.height * size.width
    for x in 0..<pixels.width { row[x] = regions[cells + x * size.width / pixels.width] }
  }
}
