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

  private func render<Sample: FixedWidthInteger & UnsignedInteger>(
    _ channels: Int, _ row: (_ y: Int, _ colors: UnsafeMutablePointer<SIMD4<Float>>) -> Void,
    _ write: (UnsafePointer<Float>, Int, Int32, UnsafeMutablePointer<Sample>) -> Void
  ) -> [Sample] {
    let width = size.width
    return [Sample](unsafeUninitializedCapacity: size.height * width * channels) { samples, initialized in
      nonisolated(unsafe) let samples = samples
      inParallel(size.height) { y in
        withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: width) { line in
          guard let line = line.baseAddress, let samples = samples.baseAddress else { return }
          row(y, line)
          line.withMemoryRebound(to: Float.self, capacity: 4 * width) { colors in
            write(colors, width, Int32(channels), samples + y * width * channels)
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
