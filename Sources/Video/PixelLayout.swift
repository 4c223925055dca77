/// How the samples of a frame are stored: a plane of luma, then two of chroma unless the frame is grey, then one of
/// alpha where there is alpha.
package struct PixelLayout: Hashable, Sendable {
  /// The chroma samples for each luma sample.
  package enum Subsampling: Hashable, Sendable {
    /// No chroma.
    case mono
    /// As many chroma samples as luma samples.
    case full
    /// One for two, horizontally.
    case half
    /// One for four, horizontally.
    case quarter
    /// One for two, in both directions.
    case both
  }

  /// Where a chroma sample of `Subsampling.both` lies among its four luma samples.
  package enum Siting: Hashable, Sendable {
    /// In the middle, as in JPEG and MPEG-1.
    case center
    /// Halfway down the left side, as in MPEG-2 and H.264.
    case left
    /// At the upper left one.
    case topLeft
  }

  package let subsampling: Subsampling
  package let siting: Siting
  /// The bits of a sample: 8, or 10, 12 or 16, which take two bytes each, in little-endian order.
  package let depth: Int
  package let hasAlpha: Bool

  package init(_ subsampling: Subsampling, siting: Siting = .left, depth: Int = 8, hasAlpha: Bool = false) {
    self.subsampling = subsampling
    self.siting = siting
    self.depth = depth
    self.hasAlpha = hasAlpha
  }

  /// The bytes of a sample.
  package var sampleBytes: Int { depth > 8 ? 2 : 1 }

  /// How many luma samples lie beside one chroma sample, as a power of two.
  var horizontalShift: Int {
    switch subsampling {
    case .mono, .full: 0
    case .half, .both: 1
    case .quarter: 2
    }
  }

  /// How many luma samples lie above one another for one chroma sample, as a power of two.
  var verticalShift: Int { subsampling == .both ? 1 : 0 }

  /// The same planes with one chroma sample for each luma sample, and with or without alpha.
  func expanded(hasAlpha: Bool) -> PixelLayout { PixelLayout(.full, depth: depth, hasAlpha: hasAlpha) }
}

extension PixelLayout {
  /// The names of the layouts in YUV4MPEG2, without the depth.
  private static let families: [(name: String, Subsampling, Siting)] = [
    ("420jpeg", .both, .center), ("420mpeg2", .both, .left), ("420paldv", .both, .topLeft), ("420", .both, .center),
    ("422", .half, .left), ("411", .quarter, .left), ("444", .full, .left), ("mono", .mono, .left),
  ]

  /// The layout of a YUV4MPEG2 colour space, such as `420jpeg` or `422p10`; nil if it cannot be read.
  init?(colorSpace name: String) {
    if name == "444alpha" {
      self.init(.full, hasAlpha: true)
      return
    }
    if let family = Self.families.first(where: { $0.name == name }) {
      self.init(family.1, siting: family.2)
      return
    }
    for depth in [10, 12, 16] {
      // Deep samples of 4:2:0 are sited as those of H.264.
      for (stem, subsampling) in [("420p", Subsampling.both), ("422p", .half), ("444p", .full), ("mono", .mono)]
      where name == "\(stem)\(depth)" {
        self.init(subsampling, depth: depth)
        return
      }
    }
    return nil
  }

  /// The name of the colour space in YUV4MPEG2.
  var colorSpace: String {
    if hasAlpha { return "444alpha" }
    let family = Self.families.first { $0.1 == subsampling && (subsampling != .both || $0.2 == siting) }
    let name = family?.name ?? "420"
    guard depth > 8 else { return name }
    return subsampling == .mono ? "mono\(depth)" : "\(name.prefix(3))p\(depth)"
  }

  /// The four bytes by which ffmpeg knows the layout in Matroska and NUT.
  var fourCC: [UInt8] {
    let depth = UInt8(truncatingIfNeeded: depth)
    if hasAlpha { return Array("Y4".utf8) + [0, depth] }
    if depth > 8 {
      switch subsampling {
      case .mono: return Array("Y1".utf8) + [0, depth]
      case .full: return Array("Y3".utf8) + [0, depth]
      case .half, .quarter: return Array("Y3".utf8) + [10, depth]
      case .both: return Array("Y3".utf8) + [11, depth]
      }
    }
    switch subsampling {
    case .mono: return Array("Y800".utf8)
    case .full: return Array("444P".utf8)
    case .half: return Array("Y42B".utf8)
    case .quarter: return Array("Y41B".utf8)
    case .both: return Array("I420".utf8)
    }
  }
}
