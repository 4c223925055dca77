public import Tensors

extension Picture {
  /// A picture with this one's depth and all that it carries, whose rows are computed, on all cores.
  ///
  /// - Parameter row: writes the colours of row `y`, in 0 … 1, with alpha as the fourth number; what is beyond is clamped.
  package func rendering(
    hasAlpha: Bool = false, _ row: (_ y: Int, _ colors: UnsafeMutablePointer<SIMD4<Float>>) -> Void
  ) -> Picture {
    switch samples {
    case .bits8: replacing(hasAlpha: hasAlpha, samples: .bits8(render(channels: hasAlpha ? 4 : 3, row)))
    case .bits16: replacing(hasAlpha: hasAlpha, samples: .bits16(render(channels: hasAlpha ? 4 : 3, row)))
    }
  }

  private func render<Sample: FixedWidthInteger & UnsignedInteger>(
    channels: Int, _ row: (_ y: Int, _ colors: UnsafeMutablePointer<SIMD4<Float>>) -> Void
  ) -> [Sample] {
    let (width, full) = (size.width, Float(Sample.max))
    return [Sample](unsafeUninitializedCapacity: size.height * width * channels) { samples, initialized in
      nonisolated(unsafe) let samples = samples
      inParallel(size.height) { y in
        withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: width) { line in
          guard let line = line.baseAddress else { return }
          row(y, line)
          var i = y * width * channels
          for x in 0..<width {
            let color = (line[x] * full + 0.5).clamped(to: full)
            samples.initializeElement(at: i, to: Sample(truncatingIfNeeded: Int32(color.x)))
            samples.initializeElement(at: i + 1, to: Sample(truncatingIfNeeded: Int32(color.y)))
            samples.initializeElement(at: i + 2, to: Sample(truncatingIfNeeded: Int32(color.z)))
            if channels == 4 { samples.initializeElement(at: i + 3, to: Sample(truncatingIfNeeded: Int32(color.w))) }
            i += channels
          }
        }
      }
      initialized = size.height * width * channels
    }
  }

  /// The picture at another size, neither extent zero, without alpha and with 8 bits, as Pillow resizes.
  package func resized(to target: Size, background: Color = .white) -> Picture {
    let resizer = FilterResizer(from: size, to: target, filter: .triangle)
    let samples = resizer.resize(flattened(over: background).samples8, channels: 3)
    return replacing(size: target, hasAlpha: false, samples: .bits8(samples))
  }

  /// A part of the picture.
  package func cropped(to box: PixelBox) -> Picture {
    precondition(box.columns.upperBound <= size.width && box.rows.upperBound <= size.height, "\(box) of \(size)")
    let cut: Samples =
      switch samples {
      case .bits8(let values): .bits8(box.crop(values, width: size.width, channels: channels))
      case .bits16(let values): .bits16(box.crop(values, width: size.width, channels: channels))
      }
    return replacing(size: box.size, samples: cut)
  }
}

extension Mask {
  /// A part of the mask.
  package func cropped(to box: PixelBox) -> Mask {
    Mask(size: box.size, pixels: box.crop(pixels, width: size.width, channels: 1))
  }
}

/// A rectangle of pixels.
public struct PixelBox: Sendable, Hashable {
  /// From left to right.
  public var columns: Range<Int>
  /// From top to bottom.
  public var rows: Range<Int>

  /// A rectangle.
  public init(columns: Range<Int>, rows: Range<Int>) {
    self.columns = columns
    self.rows = rows
  }

  /// Its height and width.
  public var size: Size { Size(height: rows.count, width: columns.count) }

  /// The rectangle and `margin` pixels around it, as far as the picture goes.
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
