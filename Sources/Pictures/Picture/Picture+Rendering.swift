internal import CPixels
package import Tensors

extension Picture {
  /// A picture with computed rows, and with this picture's size, depth and metadata. Uses all cores.
  ///
  /// - Parameter row: writes the colours of row `y`, in 0 … 1, with alpha as the fourth component; they are clamped.
  package func rendering(
    hasAlpha: Bool = false, _ row: (_ y: Int, _ colors: UnsafeMutablePointer<SIMD4<Float>>) -> Void
  ) -> Picture {
    let channels = hasAlpha ? 4 : 3
    switch samples {
    case .bits8:
      return replacing(hasAlpha: hasAlpha, samples: .bits8(render(channels, row, u2cl_colors_to_8_bits)))
    case .bits16:
      return replacing(hasAlpha: hasAlpha, samples: .bits16(render(channels, row, u2cl_colors_to_16_bits)))
    }
  }

  private func render<Sample: FixedWidthInteger>(
    _ channels: Int, _ row: (_ y: Int, _ colors: UnsafeMutablePointer<SIMD4<Float>>) -> Void,
    _ write: (UnsafePointer<Float>, Int, Int32, UnsafeMutablePointer<Sample>) -> Void
  ) -> [Sample] {
    rows(channels: channels) { y, colors, target in
      row(y, colors)
      colors.withMemoryRebound(to: Float.self, capacity: 4 * size.width) { colors in
        write(colors, size.width, Int32(channels), target)
      }
    }
  }

  /// A picture without alpha, which is this one, with alpha, laid over rows of colours. Uses all cores.
  ///
  /// - Parameter below: writes the colours of row `y` in 0 … 1; the fourth components have no meaning.
  package func blended(
    over below: (_ y: Int, _ colors: UnsafeMutablePointer<SIMD4<Float>>) -> Void
  ) -> Picture {
    precondition(hasAlpha, "a picture without alpha covers everything")
    switch samples {
    case .bits8(let values): return replacing(hasAlpha: false, samples: .bits8(blend(values, below, u2cl_blend_8)))
    case .bits16(let values): return replacing(hasAlpha: false, samples: .bits16(blend(values, below, u2cl_blend_16)))
    }
  }

  private func blend<Sample: FixedWidthInteger>(
    _ values: [Sample], _ below: (_ y: Int, _ colors: UnsafeMutablePointer<SIMD4<Float>>) -> Void,
    _ write: (UnsafePointer<Float>, UnsafePointer<Sample>, Int, UnsafeMutablePointer<Sample>) -> Void
  ) -> [Sample] {
    let width = size.width
    return values.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return [] }
      return rows(channels: 3) { y, colors, target in
        below(y, colors)
        colors.withMemoryRebound(to: Float.self, capacity: 4 * width) { colors in
          write(colors, values + 4 * y * width, width, target)
        }
      }
    }
  }

  /// The samples of rows that `write` writes, which also gets memory for the row's colours.
  private func rows<Sample: FixedWidthInteger>(
    channels: Int,
    _ write: (_ y: Int, _ colors: UnsafeMutablePointer<SIMD4<Float>>, _ target: UnsafeMutablePointer<Sample>) -> Void
  ) -> [Sample] {
    let width = size.width
    return [Sample](unsafeUninitializedCapacity: size.height * width * channels) { samples, initialized in
      nonisolated(unsafe) let samples = samples
      inParallel(size.height) { y in
        withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: width) { line in
          guard let line = line.baseAddress, let samples = samples.baseAddress else { return }
          write(y, line, samples + y * width * channels)
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
