internal import Pictures
public import Tensors

/// A network's map of the foreground, at the network's size.
public struct CoarseMask: Sendable, Equatable {
  /// The size in cells; its aspect ratio need not be the picture's.
  public let size: Size
  /// The values, `[height, width]`, row-major, in 0 … 1.
  public let values: [Float]

  /// A mask of `height · width` values.
  public init(size: Size, values: [Float]) {
    precondition(values.count == size.height * size.width, "\(values.count) values do not fill \(size)")
    precondition(size.height > 0 && size.width > 0, "a mask of \(size) holds nothing")
    self.size = size
    self.values = values
  }

  /// The mask, averaged to fewer cells if it has more rows or columns than the picture.
  func noLarger(than limit: Size) -> CoarseMask {
    let target = Self.grid(of: size, noLargerThan: limit)
    return target == size ? self : averaged(to: target)
  }

  /// The size of a mask that is limited to the rows and columns of a picture.
  package static func grid(of size: Size, noLargerThan limit: Size) -> Size {
    Size(height: min(size.height, limit.height), width: min(size.width, limit.width))
  }

  /// The mean over each cell of a coarser grid.
  package func averaged(to target: Size) -> CoarseMask {
    let columns = AreaSpans(from: size.width, to: target.width)
    let rows = AreaSpans(from: size.height, to: target.height)
    var result = [Float](repeating: 0, count: target.height * target.width)
    for row in 0..<target.height {
      rows.forEach(row) { y, yWeight in
        for column in 0..<target.width {
          columns.forEach(column) { x, xWeight in
            let part = values[y * size.width + x] * (yWeight * xWeight)
            result[row * target.width + column] += part
          }
        }
      }
    }
    return CoarseMask(size: target, values: result)
  }
}
