package import Tensors

extension Picture {
  /// A picture with computed rows, and with this picture's size, depth and metadata. Uses all cores.
  ///
  /// - Parameter row: writes the colours of row `y`, in 0 … 1, with alpha as the fourth component; they are clamped.
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

  /// The picture resized as in Pillow, laid over `background`, in 8 bits. Neither extent of `target` is zero.
  package func resized(to target: Size, background: Color = .white) -> Picture {
    let resizer = FilterResizer(from: size, to: target, filter: .triangle)
    let samples = resizer.resize(flattened(over: background).samples8, channels: 3)
    return replacing(size: target, hasAlpha: false, samples: .bits8(samples))
  }

  /// The part of the picture in a box, which must be inside the picture.
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
  /// The part of the mask in a box, which must be inside the mask.
  package func cropped(to box: PixelBox) -> Mask {
    Mask(size: box.size, pixels: box.crop(pixels, width: size.width, channels: 1))
  }
}
