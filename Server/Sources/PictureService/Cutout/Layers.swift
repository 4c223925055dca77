package import U2Net

/// The colours of a picture and the alpha of its foreground, in 8 bits: a cut-out that still has its background.
package struct Layers: Sendable, Equatable {
  package let size: Size
  /// Red, green and blue, `[height, width, 3]`. Where alpha is 0, the colours of the background or black.
  package private(set) var colors: [UInt8]
  /// `[height, width]`: 0 is background, 255 is foreground.
  package private(set) var alpha: [UInt8]

  /// Empty layers: black, and background everywhere.
  package init(size: Size) {
    self.size = size
    colors = [UInt8](repeating: 0, count: size.height * size.width * 3)
    alpha = [UInt8](repeating: 0, count: size.height * size.width)
  }

  /// The layers of a cut-out.
  ///
  /// - Parameters:
  ///   - cutout: a picture with alpha.
  ///   - original: the picture that it was cut out of, which has the colours of the background.
  package init(cutout: Picture, original: Picture) {
    self.init(size: cutout.size)
    var line = [SIMD4<Float>](repeating: .zero, count: size.width)
    line.withUnsafeMutableBufferPointer { line in
      for y in 0..<size.height {
        cutout.read(y, into: line)
        for x in 0..<size.width where line[x].w > 0 { set(y, x, WeightedColor.bytes(line[x])) }
        original.read(y, into: line)
        for x in 0..<size.width where alpha[y * size.width + x] == 0 {
          var pixel = WeightedColor.bytes(line[x])
          pixel.w = 0
          set(y, x, pixel)
        }
      }
    }
  }

  /// The colours of a picture with a mask for alpha.
  ///
  /// - Parameter keepsAlpha: whether the picture's own alpha counts as well, multiplied; otherwise it is replaced.
  package init(colorsOf picture: Picture, alpha mask: Mask, keepsAlpha: Bool) {
    self.init(size: picture.size)
    var line = [SIMD4<Float>](repeating: .zero, count: size.width)
    line.withUnsafeMutableBufferPointer { line in
      for y in 0..<size.height {
        picture.read(y, into: line)
        for x in 0..<size.width {
          var pixel = WeightedColor.bytes(line[x])
          let (own, level) = (Int(pixel.w), Int(mask.pixels[y * size.width + x]))
          pixel.w = UInt8(keepsAlpha ? (own * level + 127) / 255 : level)
          set(y, x, pixel)
        }
      }
    }
  }

  /// The box around everything that is visible; nil if nothing is. A twentieth of full alpha counts as haze.
  package var bounds: PixelBox? {
    let haze = 12
    var (left, right, top, bottom) = (size.width, -1, size.height, -1)
    for y in 0..<size.height {
      let row = alpha[y * size.width..<(y + 1) * size.width]
      guard let first = row.firstIndex(where: { $0 > haze }), let last = row.lastIndex(where: { $0 > haze }) else {
        continue
      }
      (left, right) = (min(left, first - row.startIndex), max(right, last - row.startIndex))
      (top, bottom) = (min(top, y), y)
    }
    return right < 0 ? nil : PixelBox(columns: left..<right + 1, rows: top..<bottom + 1)
  }

  /// Whether a pixel is not entirely visible.
  var isTransparent: Bool { alpha.contains { $0 < 255 } }

  /// The part in a box, which must be inside the layers.
  func part(_ box: PixelBox) -> Layers {
    var part = Layers(size: box.size)
    part.paste(self, left: -box.columns.lowerBound, top: -box.rows.lowerBound)
    return part
  }

  /// The layers in another size.
  package func resized(to target: Size) -> Layers {
    guard target != size else { return self }
    var result = Layers(size: target)
    TriangleResizer(from: size, to: target).resize(self) { y, line in
      for x in 0..<target.width { result.set(y, x, WeightedColor.bytes(line[x])) }
    }
    return result
  }

  /// Replaces pixels by those of other layers, whose left upper corner is put at a place that may be outside.
  package mutating func paste(_ other: Layers, left: Int, top: Int) {
    let columns = max(0, left)..<max(0, left, min(size.width, left + other.size.width))
    let rows = max(0, top)..<max(0, top, min(size.height, top + other.size.height))
    for y in rows {
      let (to, from) = (y * size.width, (y - top) * other.size.width - left)
      for x in columns {
        alpha[to + x] = other.alpha[from + x]
        for channel in 0..<3 { colors[(to + x) * 3 + channel] = other.colors[(from + x) * 3 + channel] }
      }
    }
  }

  /// The foreground before a background, which has the same size: `C · α + B · (1 − α)`.
  func composited(over background: some ColorRows) -> Layers {
    var result = Layers(size: size)
    var line = [SIMD4<Float>](repeating: .zero, count: size.width)
    line.withUnsafeMutableBufferPointer { line in
      for y in 0..<size.height {
        background.read(y, into: line)
        for x in 0..<size.width {
          let (front, back) = (pixel(y, x), WeightedColor.bytes(line[x]))
          result.set(y, x, Self.blend(front, back))
        }
      }
    }
    return result
  }

  private static func blend(_ front: SIMD4<UInt8>, _ back: SIMD4<UInt8>) -> SIMD4<UInt8> {
    let (front, back) = (SIMD4<Float>(front) / 255, SIMD4<Float>(back) / 255)
    let alpha = front.w + back.w * (1 - front.w)
    guard alpha > 0 else { return .zero }
    var color = (front * front.w + back * back.w * (1 - front.w)) / alpha
    color.w = alpha
    return SIMD4<UInt8>(truncatingIfNeeded: SIMD4<Int32>((color * 255).rounded(.toNearestOrAwayFromZero)))
  }

  private func pixel(_ y: Int, _ x: Int) -> SIMD4<UInt8> {
    let place = y * size.width + x
    return SIMD4(colors[place * 3], colors[place * 3 + 1], colors[place * 3 + 2], alpha[place])
  }

  private mutating func set(_ y: Int, _ x: Int, _ pixel: SIMD4<UInt8>) {
    let place = y * size.width + x
    (colors[place * 3], colors[place * 3 + 1], colors[place * 3 + 2]) = (pixel.x, pixel.y, pixel.z)
    alpha[place] = pixel.w
  }
}

extension Layers: ColorRows {
  /// Writes the pixels of a row.
  package func read(_ row: Int, into pixels: UnsafeMutableBufferPointer<SIMD4<Float>>) {
    for x in 0..<size.width {
      let pixel = SIMD4<Float>(self.pixel(row, x)) / 255
      pixels[x] = WeightedColor.pixel(pixel.x, pixel.y, pixel.z, pixel.w)
    }
  }
}

extension Layers {
  /// The alpha as a grey picture.
  var mask: Mask { Mask(size: size, pixels: alpha) }

  /// The colours, of the background, too.
  var opaque: Picture { Picture(size: size, hasAlpha: false, samples: .bits8(colors)) }

  /// The colours and alpha. Nothing is left of the colours of invisible pixels.
  package var picture: Picture {
    var samples = [UInt8](repeating: 0, count: alpha.count * 4)
    for place in 0..<alpha.count where alpha[place] > 0 {
      for channel in 0..<3 { samples[place * 4 + channel] = colors[place * 3 + channel] }
      samples[place * 4 + 3] = alpha[place]
    }
    return Picture(size: size, hasAlpha: true, samples: .bits8(samples))
  }
}

/// A background of one colour.
struct PlainRows: ColorRows {
  let size: Size
  let color: CutoutOrder.Color

  func read(_ row: Int, into pixels: UnsafeMutableBufferPointer<SIMD4<Float>>) {
    let color = SIMD4<Float>(SIMD4(color.red, color.green, color.blue, color.alpha)) / 255
    pixels.update(repeating: WeightedColor.pixel(color.x, color.y, color.z, color.w))
  }
}
