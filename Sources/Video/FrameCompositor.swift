package import Pictures
internal import Tensors

/// Composes frames and their masks plane by plane, so that samples stay as they are where the mask is opaque. Colours
/// are linear in luma and chroma, so this is what composing in R′G′B′ would give.
package struct FrameCompositor: Sendable {
  private let format: VideoFormat
  private let background: [UInt32]
  private let rows: ChromaRows
  /// The format of composites: that of the video, without alpha and with chroma.
  package let compositeFormat: VideoFormat
  /// The format of cut-outs: as many chroma samples as luma samples, and alpha.
  package let cutOutFormat: VideoFormat
  /// The format of masks.
  package let maskFormat: VideoFormat

  /// - Parameter matrix: the matrix for the background, in place of the one that the video states.
  package init(_ format: VideoFormat, background: Color, matrix: VideoColor.Matrix? = nil) {
    self.format = format
    let conversion = ColorConversion(format.color, size: format.size, matrix: matrix)
    self.background = conversion.samples(
      red: background.red, green: background.green, blue: background.blue, depth: format.layout.depth
    ).map { UInt32($0) }
    rows = ChromaRows(format)
    let isPlain = format.layout.subsampling != .mono && !format.layout.hasAlpha
    compositeFormat = format.with(isPlain ? format.layout : format.layout.expanded(hasAlpha: false))
    cutOutFormat = format.with(format.layout.expanded(hasAlpha: true))
    var mask = format.with(PixelLayout(.mono), isFullRange: true)
    mask.color.tags = .init()
    maskFormat = mask
  }

  /// A frame of `compositeFormat`: the frame laid over the background.
  package func composite(_ frame: [UInt8], _ mask: Mask) -> [UInt8] {
    format.layout.depth > 8
      ? FramePlanes<UInt16>.with(frame, format) { composite($0, mask) }
      : FramePlanes<UInt8>.with(frame, format) { composite($0, mask) }
  }

  /// A frame of `cutOutFormat`.
  package func cutOut(_ frame: [UInt8], _ mask: Mask) -> [UInt8] {
    format.layout.depth > 8
      ? FramePlanes<UInt16>.with(frame, format) { cutOut($0, mask) }
      : FramePlanes<UInt8>.with(frame, format) { cutOut($0, mask) }
  }

  private func composite<Sample: PlaneSample>(_ planes: FramePlanes<Sample>, _ mask: Mask) -> [UInt8] {
    let weights = opacity(planes, mask)
    let small = rows.shrunk(weights)
    let isGrey = format.layout.subsampling == .mono
    let middle = Sample(truncatingIfNeeded: 1 << (format.layout.depth - 1))
    return FramePlanes<Sample>.made(compositeFormat) { targets in
      for (index, target) in targets.enumerated() {
        let color = background[index]
        (index == 0 ? weights : small).withUnsafeBufferPointer { weights in
          if index > 0 && isGrey {
            for pixel in 0..<weights.count { target[pixel] = middle.mixed(with: color, weight: weights[pixel]) }
          } else {
            let source = planes.starts[index]
            for pixel in 0..<weights.count { target[pixel] = source[pixel].mixed(with: color, weight: weights[pixel]) }
          }
        }
      }
    }
  }

  private func cutOut<Sample: PlaneSample>(_ planes: FramePlanes<Sample>, _ mask: Mask) -> [UInt8] {
    let (weights, count, size) = (opacity(planes, mask), mask.pixels.count, format.size)
    let depth = format.layout.depth
    return FramePlanes<Sample>.made(cutOutFormat) { targets in
      targets[0].update(from: planes.starts[0], count: count)
      for chroma in 1...2 {
        if format.layout.subsampling == .mono {
          targets[chroma].update(repeating: Sample(truncatingIfNeeded: 1 << (depth - 1)), count: count)
        } else {
          expand(planes.starts[chroma], into: targets[chroma])
        }
      }
      let most = UInt32(1 << depth) - 1
      for pixel in 0..<size.height * size.width {
        targets[3][pixel] = Sample(truncatingIfNeeded: (UInt32(weights[pixel]) &* most &+ 127) / 255)
      }
    }
  }

  /// A chroma sample for each luma sample.
  private func expand<Sample: PlaneSample>(_ plane: UnsafePointer<Sample>, into target: UnsafeMutablePointer<Sample>) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows.paddedWidth + rows.paddedLumaWidth) { room in
      guard let scratch = room.baseAddress else { return }
      let row = scratch + rows.paddedWidth
      for y in 0..<format.size.height {
        rows.interpolate(plane, luma: y, scratch: scratch, into: row)
        let line = target + y * format.size.width
        for x in 0..<format.size.width { line[x] = Sample(truncatingIfNeeded: (row[x] &+ 8) >> 4) }
      }
    }
  }

  /// The mask, times the frame's own alpha.
  private func opacity<Sample: PlaneSample>(_ planes: FramePlanes<Sample>, _ mask: Mask) -> [UInt8] {
    precondition(mask.size == format.size, "a mask of \(mask.size) for frames of \(format.size)")
    guard format.layout.hasAlpha, let alpha = planes.starts.last else { return mask.pixels }
    return mask.pixels.enumerated().map { pixel, value in
      value.mixed(with: 0, weight: UInt8(truncatingIfNeeded: alpha[pixel]))
    }
  }
}
