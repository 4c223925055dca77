internal import CPixels
public import Pictures
public import Matting
internal import Tensors

extension Picture {
  /// The picture with its foreground tinted.
  ///
  /// - Parameters:
  ///   - color: the tint.
  ///   - matte: the foreground.
  ///   - strength: the opacity of the tint, 0 … 1.
  public func overlaying(_ color: Color, on matte: AlphaMatte, strength: Float = 0.5) -> Picture {
    let rows = PictureRows(self)
    let tint = color.vector
    return rendering { y, line in
      rows.read(y, 0..<size.width, into: line)
      line.withMemoryRebound(to: Float.self, capacity: 4 * size.width) { line in
        matte.values.withUnsafeBufferPointer { values in
          guard let values = values.baseAddress else { return }
          u2cl_tint_colors(values + y * size.width, size.width, [tint.x, tint.y, tint.z, 1], strength, line)
        }
      }
    }
  }

  /// The picture in grey under a heat map of a matte: from black for background through red to bright yellow.
  public func heatMap(of matte: AlphaMatte) -> Picture {
    let rows = PictureRows(self)
    return rendering { y, line in
      rows.read(y, 0..<size.width, into: line)
      for x in 0..<size.width {
        // Luma by ITU-R BT.709.
        let grey = line[x].x * 0.2126 + line[x].y * 0.7152 + line[x].z * 0.0722
        let heat = HeatColors.color(of: Float(matte.values[y * size.width + x]) / Float(AlphaMatte.opaque))
        line[x] = SIMD4(repeating: grey) * 0.35 + heat * 0.65
      }
    }
  }

  /// The picture with a line along the edge of the foreground, where alpha is one half.
  ///
  /// - Parameters:
  ///   - matte: the foreground.
  ///   - color: the colour of the line.
  ///   - thickness: the thickness of the line, in pixels.
  public func outlining(_ matte: AlphaMatte, _ color: Color, thickness: Double) -> Picture {
    let rows = PictureRows(self)
    let distances = EdgeDistances(of: matte, near: thickness)
    let ink = color.vector
    return rendering { y, line in
      rows.read(y, 0..<size.width, into: line)
      for x in 0..<size.width {
        let covered = min(1, max(0, Float(thickness / 2) + 0.5 - abs(distances[y * size.width + x])))
        line[x] += (ink - line[x]) * covered
      }
    }
  }
}

/// The colour map inferno (Smith and van der Walt, public domain), interpolated between nine colours.
private enum HeatColors {
  private static let table: [SIMD4<Float>] = [
    0x000004, 0x1F0C48, 0x550F6D, 0x88226A, 0xBA3655, 0xE35933, 0xF98C0A, 0xF9C932, 0xFCFFA4,
  ].map { SIMD4(Float($0 >> 16), Float($0 >> 8 & 255), Float($0 & 255), 255) / 255 }

  static func color(of heat: Float) -> SIMD4<Float> {
    let position = min(1, max(0, heat)) * Float(table.count - 1)
    let lower = min(Int(position), table.count - 2)
    return table[lower] + (table[lower + 1] - table[lower]) * (position - Float(lower))
  }
}

/// The approximate distance of each pixel to the edge of the foreground, in pixels, near the edge; negative outside.
private struct EdgeDistances: Sendable {
  private let smooth: AlphaMatte
  private let sigma: Float

  /// - Parameter reach: how far from the edge distances are needed, in pixels.
  init(of matte: AlphaMatte, near reach: Double) {
    smooth = matte.thresholded(at: 0.5).feathered(by: reach)
    sigma = Float(AlphaMatte.featherDeviation(of: reach))
  }

  /// The distance of pixel `i`. Across a straight edge the smoothed matte is the integral of a Gaussian, which is
  /// nearly a logistic function.
  subscript(i: Int) -> Float {
    let value = min(0.9999, max(0.0001, Float(smooth.values[i]) / Float(AlphaMatte.opaque)))
    return sigma * 0.588 * Self.logarithm(value / (1 - value))
  }

  /// The natural logarithm.
  private static func logarithm(_ value: Float) -> Float {
    // value = m · 2ᵉ with m in 1 … 2; ln m by the series of 2·atanh((m − 1) / (m + 1)).
    let t = (value.significand - 1) / (value.significand + 1)
    let t2 = t * t
    return Float(value.exponent) * 0.693_147_18 + 2 * t * (1 + t2 * (1 / 3 + t2 * (1 / 5 + t2 / 7)))
  }
}
