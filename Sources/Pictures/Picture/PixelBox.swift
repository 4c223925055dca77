public import Tensors

/// A rectangle of pixels.
public struct PixelBox: Sendable, Hashable {
  /// The columns, from left to right.
  public var columns: Range<Int>
  /// The rows, from top to bottom.
  public var rows: Range<Int>

  /// A rectangle of these columns and rows.
  public init(columns: Range<Int>, rows: Range<Int>) {
    self.columns = columns
    self.rows = rows
  }

  /// The height and width.
  public var size: Size { Size(height: rows.count, width: columns.count) }

  /// The rectangle grown by `margin` pixels on every side, inside a picture of `size`.
  public func grown(by margin: Int, in size: Size) -> PixelBox {
    PixelBox(
      columns: max(0, columns.lowerBound - margin)..<min(size.width, columns.upperBound + margin),
      rows: max(0, rows.lowerBound - margin)..<min(size.height, rows.upperBound + margin))
  }

  func crop<Sample>(_ samples: [Sample], width: Int, channels: Int) -> [Sample] {
    var result: [Sample] = []
    result.reserveCapacity(rows.count * columns.count * channels)
    for y in rows {
      result += samples[(y * width + columns.lowerBound) * channels..<(y * width + columns.upperBound) * channels]
    }
    return result
  }
}
