internal import CPixels
package import Pictures
internal import Tensors

/// The colours of a level around the pixels of a band, as planes of red, green and blue in 0 … 1. Colours in no window
/// of the band may be zero.
package struct MattingColors: Sendable {
  let red: MattingPlane
  let green: MattingPlane
  let blue: MattingPlane
  /// The side of the squares of pixels that are read together.
  private static let unit = 16

  private init(planesOf band: MattingBand) {
    red = MattingPlane(count: band.planeCount)
    green = MattingPlane(count: band.planeCount)
    blue = MattingPlane(count: band.planeCount)
  }

  /// The colours of a whole level: `[height, width]`.
  package init(_ colors: [SIMD4<Float>], at band: MattingBand) {
    precondition(colors.count == band.size.height * band.size.width)
    self.init(planesOf: band)
    colors.withUnsafeBufferPointer { colors in
      guard let base = colors.baseAddress else { return }
      for y in 0..<band.size.height {
        write(base + y * band.size.width, count: band.size.width, at: band.place(0, y))
      }
    }
  }

  /// The colours of a picture around a band.
  package init(of picture: PictureRows, around band: MattingBand) {
    self.init(planesOf: band)
    let (unit, size) = (Self.unit, band.size)
    let averages = AreaAverages(of: picture, over: size)
    let lines = (size.height + unit - 1) / unit
    let columns = (size.width + unit - 1) / unit
    let needed = Self.units(around: band, lines, columns)
    inParallel(lines) { line in
      let row = needed[line * columns..<(line + 1) * columns]
      guard row.contains(true) else { return }
      averages.withReader { reader in
        var start = row.startIndex
        while let first = row[start...].firstIndex(of: true) {
          let end = row[first...].firstIndex(of: false) ?? row.endIndex
          let pixels = (first - row.startIndex) * unit..<min(size.width, (end - row.startIndex) * unit)
          for y in line * unit..<min(size.height, (line + 1) * unit) {
            write(reader.read(y, pixels), count: pixels.count, at: band.place(pixels.lowerBound, y))
          }
          start = end
        }
      }
    }
  }

  private func write(_ colors: UnsafePointer<SIMD4<Float>>, count: Int, at place: Int) {
    colors.withMemoryRebound(to: Float.self, capacity: 4 * count) { colors in
      u2cl_planes_from_colors(colors, count, red.values + place, green.values + place, blue.values + place)
    }
  }

  /// Which squares have pixels of windows that contain a pixel of the band.
  private static func units(around band: MattingBand, _ lines: Int, _ columns: Int) -> [Bool] {
    let reach = MattingLaplacian.reach
    var needed = [Bool](repeating: false, count: lines * columns)
    for block in band.blocks {
      for line in max(0, block.y - reach) / unit...min(lines - 1, (block.y + reach) / unit) {
        for column in max(0, block.x - reach) / unit...min(columns - 1, (block.x + 7 + reach) / unit) {
          needed[line * columns + column] = true
        }
      }
    }
    return needed
  }
}
