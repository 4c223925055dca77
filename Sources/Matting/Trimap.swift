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
    let least = Self.extreme(mask.values, mask.size, radius, min)
    let most = Self.extreme(mask.values, mask.size, radius, max)
    regions = zip(least, most).map { least, most in
      most <= background ? .background : least >= foreground ? .foreground : .unknown
    }
  }

  /// The least or greatest value within `radius` rows and columns.
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

  /// Writes the regions of row `y` of a picture or level of size `pixels`.
  func row(_ y: Int, of pixels: Size, into row: UnsafeMutablePointer<Region>) {
    let cells = y * size.height / pixels.height * size.width
    for x in 0..<pixels.width { row[x] = regions[cells + x * size.width / pixels.width] }
  }
}
