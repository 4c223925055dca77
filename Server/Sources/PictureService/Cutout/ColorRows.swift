package import U2Net

/// The pixels of a picture or of layers, row by row.
///
/// A pixel is its colour, weighted by alpha and a little more, and its alpha, all in 0 … 1. The little more keeps the
/// colours of invisible pixels, which ZIP files hold, without letting them show beside visible ones.
package protocol ColorRows {
  /// The size in pixels.
  var size: Size { get }

  /// Writes the pixels of a row.
  func read(_ row: Int, into pixels: UnsafeMutableBufferPointer<SIMD4<Float>>)
}

/// A colour and its alpha, as `ColorRows` has them.
enum WeightedColor {
  private static let least: Float = 1e-4

  /// A pixel of a colour and an alpha in 0 … 1.
  static func pixel(_ red: Float, _ green: Float, _ blue: Float, _ alpha: Float) -> SIMD4<Float> {
    let weight = alpha + least
    return SIMD4(red * weight, green * weight, blue * weight, alpha)
  }

  /// The colour and the alpha of a pixel, 0 … 255.
  static func bytes(_ pixel: SIMD4<Float>) -> SIMD4<UInt8> {
    var color = pixel / (pixel.w + least)
    color.w = pixel.w
    let scaled = (color.clamped(lowerBound: .zero, upperBound: .one) * 255).rounded(.toNearestOrAwayFromZero)
    return SIMD4<UInt8>(truncatingIfNeeded: SIMD4<Int32>(scaled))
  }
}

extension Picture: ColorRows {
  /// Writes the pixels of a row.
  package func read(_ row: Int, into pixels: UnsafeMutableBufferPointer<SIMD4<Float>>) {
    let (channels, width) = (channels, size.width)
    let start = row * width * channels
    func read<Sample: BinaryInteger>(_ samples: UnsafeBufferPointer<Sample>, _ scale: Float) {
      for x in 0..<width {
        let place = start + x * channels
        pixels[x] = WeightedColor.pixel(
          Float(samples[place]) * scale, Float(samples[place + 1]) * scale, Float(samples[place + 2]) * scale,
          channels == 4 ? Float(samples[place + 3]) * scale : 1)
      }
    }
    switch samples {
    case .bits8(let samples): samples.withUnsafeBufferPointer { read($0, 1 / 255) }
    case .bits16(let samples): samples.withUnsafeBufferPointer { read($0, 1 / 65535) }
    }
  }
}
