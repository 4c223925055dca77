package import Tensors

/// What all frames of a video have in common.
package struct VideoFormat: Hashable, Sendable {
  /// The order of the two fields of a frame.
  package enum Fields: Hashable, Sendable {
    /// The frame was taken at one moment.
    case none
    /// Even rows were taken before odd rows.
    case topFirst
    /// Odd rows were taken before even rows.
    case bottomFirst
    /// Some frames are interlaced.
    case mixed
    /// Nothing is known.
    case unknown
  }

  /// Two numbers, one over the other; both zero if nothing is known.
  package struct Ratio: Hashable, Sendable {
    package let numerator: Int
    package let denominator: Int

    package init(_ numerator: Int, _ denominator: Int) {
      self.numerator = numerator
      self.denominator = denominator
    }

    /// Whether the ratio is known.
    package var isKnown: Bool { numerator > 0 && denominator > 0 }

    /// The ratio as a number.
    package var value: Double { Double(numerator) / Double(denominator) }

    package static let unknown = Ratio(0, 0)
  }

  package var size: Size
  package var layout: PixelLayout
  /// Frames a second.
  package var rate = Ratio.unknown
  /// The width of a pixel over its height.
  package var aspect = Ratio.unknown
  package var fields = Fields.none
  package var color = VideoColor()

  package init(size: Size, layout: PixelLayout) {
    self.size = size
    self.layout = layout
  }

  /// The size of a plane of chroma.
  package var chromaSize: Size {
    let (x, y) = (layout.horizontalShift, layout.verticalShift)
    return Size(height: (size.height + (1 << y) - 1) >> y, width: (size.width + (1 << x) - 1) >> x)
  }

  /// The planes in their order: sizes, in samples.
  package var planes: [Size] {
    let chroma = layout.subsampling == .mono ? [] : [chromaSize, chromaSize]
    return [size] + chroma + (layout.hasAlpha ? [size] : [])
  }

  /// The samples before a plane.
  package func start(ofPlane index: Int) -> Int { planes[..<index].reduce(0) { $0 + $1.height * $1.width } }

  /// The bytes of a frame.
  package var byteCount: Int { start(ofPlane: planes.count) * layout.sampleBytes }

  /// Whether rows of one field and the other alternate, so that chroma belongs to every other row.
  package var isInterlaced: Bool { fields == .topFirst || fields == .bottomFirst }

  /// The same video with planes in another layout.
  package func with(_ layout: PixelLayout, isFullRange: Bool? = nil) -> VideoFormat {
    var format = self
    format.layout = layout
    if let isFullRange { format.color.isFullRange = isFullRange }
    return format
  }
}
