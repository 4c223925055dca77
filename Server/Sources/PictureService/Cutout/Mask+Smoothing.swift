package import U2Net

extension Mask {
  /// The mask as rembg smooths it: opened by a cross of five pixels, blurred by a Gaussian of two pixels, and cut at one
  /// half. It has the levels 0 and 255 alone.
  package var smoothed: Mask {
    let opened = extreme { min($0, $1) }.extreme { max($0, $1) }
    let kernel = Self.gaussian
    let (height, width) = (size.height, size.width)
    var column = [Float](repeating: 0, count: width)
    var result = [UInt8](repeating: 0, count: height * width)
    for y in 0..<height {
      for x in 0..<width { column[x] = 0 }
      for (offset, weight) in kernel.enumerated() {
        let row = Self.mirrored(y + offset - 8, height) * width
        for x in 0..<width { column[x] += Float(opened.pixels[row + x]) * weight }
      }
      for x in 0..<width {
        var sum: Float = 0
        if x >= 8, x + 8 < width {
          for offset in 0..<17 { sum += column[x + offset - 8] * kernel[offset] }
        } else {
          for offset in 0..<17 { sum += column[Self.mirrored(x + offset - 8, width)] * kernel[offset] }
        }
        result[y * width + x] = sum < 127 ? 0 : 255
      }
    }
    return Mask(size: size, pixels: result)
  }

  /// The least or greatest of each pixel and its four neighbours.
  private func extreme(_ pick: (UInt8, UInt8) -> UInt8) -> Mask {
    let (height, width) = (size.height, size.width)
    var result = pixels
    for y in 0..<height {
      for x in 0..<width {
        let place = y * width + x
        var value = pixels[place]
        if x > 0 { value = pick(value, pixels[place - 1]) }
        if x + 1 < width { value = pick(value, pixels[place + 1]) }
        if y > 0 { value = pick(value, pixels[place - width]) }
        if y + 1 < height { value = pick(value, pixels[place + width]) }
        result[place] = value
      }
    }
    return Mask(size: size, pixels: result)
  }

  /// A place outside, mirrored at the edges, which are repeated.
  private static func mirrored(_ place: Int, _ count: Int) -> Int {
    let period = 2 * count
    let place = ((place % period) + period) % period
    return place < count ? place : period - 1 - place
  }

  /// The weights of a Gaussian of a deviation of 2 pixels, as far as 4 deviations, whose sum is 1.
  private static let gaussian: [Float] = {
    // e^(−x² / 8) for x = 0 … 8, because the module has no exponential function.
    let halves: [Float] = [
      1, 0.882_496_9, 0.606_530_66, 0.324_652_47, 0.135_335_28, 0.043_936_934, 0.011_108_997, 0.002_187_491_1,
      0.000_335_462_63,
    ]
    let weights = (-8...8).map { halves[abs($0)] }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }()
}
