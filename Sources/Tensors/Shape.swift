/// The extents of a tensor, the outermost first. Activations are `[batch, channels, height, width]` (NCHW).
public struct Shape: Hashable, Sendable {
  /// The extents, the outermost first. None is negative.
  public let dimensions: [Int]

  /// A shape of any rank.
  public init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 }, "a shape has no negative extent: \(dimensions)")
    self.dimensions = dimensions
  }

  /// The shape of activations, `[batch, channels, height, width]`.
  public init(batch: Int = 1, channels: Int, height: Int, width: Int) {
    self.init([batch, channels, height, width])
  }

  /// The number of axes; 0 for a scalar.
  public var rank: Int { dimensions.count }

  /// The product of the extents; 1 for a scalar.
  public var elementCount: Int { dimensions.reduce(1, *) }

  /// The batch size, N of NCHW. Requires rank 4.
  public var batch: Int { axis(0) }
  /// The number of channels, C of NCHW. Requires rank 4.
  public var channels: Int { axis(1) }
  /// The height, H of NCHW. Requires rank 4.
  public var height: Int { axis(2) }
  /// The width, W of NCHW. Requires rank 4.
  public var width: Int { axis(3) }
  /// The height and the width. Requires rank 4.
  public var size: Size { Size(height: height, width: width) }

  private func axis(_ index: Int) -> Int {
    precondition(rank == 4, "\(self) is not the shape of activations")
    return dimensions[index]
  }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
  /// A shape written as an array, such as `[1, 3, 320, 320]`.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The shape as an array literal.
  public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}

/// A height and a width, in pixels.
public struct Size: Hashable, Sendable, CustomStringConvertible {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// A size in pixels.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// The size as `width×height`.
  public var description: String { "\(width)×\(height)" }
}
