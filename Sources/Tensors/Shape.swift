/// The extents of a tensor, outermost first; activations are `[batch, channels, height, width]` (NCHW).
public struct Shape: Hashable, Sendable {
  /// The extents, outermost first; none is negative.
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

  /// How many axes there are; a scalar has none.
  public var rank: Int { dimensions.count }

  /// The product of the extents; 1 for a scalar.
  public var elementCount: Int { dimensions.reduce(1, *) }

  /// N of NCHW; rank 4 only.
  public var batch: Int { axis(0) }
  /// C of NCHW; rank 4 only.
  public var channels: Int { axis(1) }
  /// H of NCHW; rank 4 only.
  public var height: Int { axis(2) }
  /// W of NCHW; rank 4 only.
  public var width: Int { axis(3) }
  /// H and W of NCHW; rank 4 only.
  public var size: Size { Size(height: height, width: width) }

  private func axis(_ index: Int) -> Int {
    precondition(rank == 4, "\(self) is not the shape of activations")
    return dimensions[index]
  }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
  /// `[1, 3, 320, 320]`.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The extents in brackets, as they are written.
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

  /// `width×height`, as pictures are described.
  public var description: String { "\(width)×\(height)" }
}
