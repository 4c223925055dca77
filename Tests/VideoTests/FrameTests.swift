import Pictures
import Tensors
import TestSupport
import Testing
import Video

/// Frames of every layout, in odd sizes: their pictures, and what is composed of them.
@Suite struct FrameTests {
  private func format(_ layout: PixelLayout, height: Int, width: Int) -> VideoFormat {
    VideoFormat(size: Size(height: height, width: width), layout: layout)
  }

  /// A frame of random samples.
  private func frame(_ format: VideoFormat, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    guard format.layout.depth > 8 else {
      return (0..<format.byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
    return (0..<format.byteCount / 2).flatMap { _ -> [UInt8] in
      let value = Int.random(in: 0..<1 << format.layout.depth, using: &generator)
      return [UInt8(value & 255), UInt8(value >> 8)]
    }
  }

  private func mask(_ size: Size, seed: UInt64) -> Mask {
    var generator = SeededGenerator(seed: seed)
    let pixels = (0..<size.height * size.width).map { _ in UInt8.random(in: 0...255, using: &generator) }
    return Mask(size: size, pixels: pixels)
  }

  @Test(arguments: NaiveVideo.layouts, [(1, 1), (2, 2), (5, 7), (8, 6), (9, 13)])
  func picturesAreWhatTheFormulasSay(layout: PixelLayout, sides: (Int, Int)) {
    for (matrix, isFullRange) in [(VideoColor.Matrix.bt601, false), (.bt709, true), (.bt2020, false)] {
      var format = format(layout, height: sides.0, width: sides.1)
      format.color.isFullRange = isFullRange
      let frame = frame(format, seed: 7)
      let picture = FrameConverter(format, matrix: matrix).picture(of: frame)
      let planes = NaiveVideo.planes(frame, format)
      let unit = Double(1 << (layout.depth - 8))
      guard case .bits8(let samples) = picture.samples else { Issue.record("no picture of 8 bits"); return }
      var worst = 0.0
      for y in 0..<sides.0 {
        for x in 0..<sides.1 {
          let pixel = y * sides.1 + x
          let chroma =
            layout.subsampling == .mono
            ? [128, 128] : (1...2).map { NaiveVideo.chroma(planes[$0], format, y, x) / unit }
          let expected = NaiveVideo.rgb(
            Double(planes[0][pixel]) / unit, chroma[0], chroma[1], matrix, isFullRange: isFullRange)
          for channel in 0..<3 {
            worst = max(worst, abs(Double(samples[picture.channels * pixel + channel]) - expected[channel]))
          }
          if layout.hasAlpha { #expect(samples[4 * pixel + 3] == UInt8(planes[3][pixel])) }
        }
      }
      // Deep samples are rounded to 8 bits first.
      #expect(worst <= (layout.depth > 8 ? 2.5 : 1), "\(layout) \(matrix): \(worst)")
    }
  }

  /// RGB → Y′CbCr → RGB: within two levels.
  @Test(arguments: VideoColor.Matrix.allCases, [false, true])
  func colorsComeBack(matrix: VideoColor.Matrix, isFullRange: Bool) {
    var format = format(PixelLayout(.full), height: 1, width: 1)
    format.color.isFullRange = isFullRange
    let conversion = ColorConversion(format.color, size: format.size, matrix: matrix)
    let converter = FrameConverter(format, matrix: matrix)
    var worst = 0
    for red in stride(from: 0, through: 255, by: 15) {
      for green in stride(from: 0, through: 255, by: 15) {
        for blue in stride(from: 0, through: 255, by: 15) {
          let color = [UInt8(red), UInt8(green), UInt8(blue)]
          let samples = conversion.samples(red: color[0], green: color[1], blue: color[2], depth: 8).map { UInt8($0) }
          guard case .bits8(let back) = converter.picture(of: samples).samples else { return }
          worst = zip(color, back).reduce(worst) { max($0, abs(Int($1.0) - Int($1.1))) }
        }
      }
    }
    #expect(worst <= 2, "\(worst)")
  }

  /// Where the mask is opaque, every sample is as it was; where it is empty, it is the background.
  @Test(arguments: NaiveVideo.layouts, [(1, 1), (5, 7), (8, 6)])
  func compositesKeepWhatIsOpaque(layout: PixelLayout, sides: (Int, Int)) {
    let format = format(layout, height: sides.0, width: sides.1)
    let frame = frame(format, seed: 3)
    let compositor = FrameCompositor(format, background: Color(red: 10, green: 200, blue: 30))
    let size = format.size
    let full = Mask(size: size, pixels: Array(repeating: 255, count: size.height * size.width))
    let empty = Mask(size: size, pixels: Array(repeating: 0, count: size.height * size.width))
    if layout.subsampling != .mono && !layout.hasAlpha {
      #expect(compositor.compositeFormat.layout == layout)
      #expect(compositor.composite(frame, full) == frame)
    }
    let color = ColorConversion(format.color, size: size).samples(red: 10, green: 200, blue: 30, depth: layout.depth)
    let flat = NaiveVideo.planes(compositor.composite(frame, empty), compositor.compositeFormat)
    for (index, plane) in flat.enumerated() {
      #expect(plane.allSatisfy { $0 == color[index] }, "plane \(index)")
    }
  }

  /// A mask meets chroma where chroma is sited: a colour that spreads over the frame is mixed like the picture.
  @Test(arguments: NaiveVideo.layouts.filter { !$0.hasAlpha }, [(6, 10), (7, 9)])
  func chromaIsMixedWhereItLies(layout: PixelLayout, sides: (Int, Int)) {
    guard layout.subsampling != .mono else { return }
    let format = format(layout, height: sides.0, width: sides.1)
    let unit = 1 << (layout.depth - 8)
    let frame = [UInt8](unsafeUninitializedCapacity: format.byteCount) { buffer, count in
      for index in 0..<format.byteCount / layout.sampleBytes {
        let value = 100 * unit
        for byte in 0..<layout.sampleBytes {
          buffer[index * layout.sampleBytes + byte] = UInt8(value >> (8 * byte) & 255)
        }
      }
      count = format.byteCount
    }
    // A ramp: where a chroma sample lies, the mask is what the ramp is there.
    let ramp = (0..<sides.0 * sides.1).map { UInt8(8 * ($0 / sides.1) + 12 * ($0 % sides.1)) }
    let compositor = FrameCompositor(format, background: Color(red: 0, green: 0, blue: 0))
    let result = compositor.composite(frame, Mask(size: format.size, pixels: ramp))
    let plane = NaiveVideo.planes(result, compositor.compositeFormat)[1]
    let chroma = format.chromaSize
    let scale = [.half: 2, .both: 2, .quarter: 4][layout.subsampling] ?? 1
    for y in 1..<chroma.height - 1 {
      for x in 1..<chroma.width - 1 {
        let isBoth = layout.subsampling == .both
        let row = isBoth ? 2 * Double(y) + (layout.siting == .topLeft ? 0 : 0.5) : Double(y)
        let column = Double(scale * x) + (isBoth && layout.siting == .center ? 0.5 : 0)
        let weight = (8 * row + 12 * column) / 255
        let expected = Double(unit) * (100 * weight + 128 * (1 - weight))
        #expect(abs(Double(plane[y * chroma.width + x]) - expected) <= 0.6 * Double(unit), "\(y), \(x)")
      }
    }
  }

  @Test(arguments: NaiveVideo.layouts) func cutOutsHaveTheMaskAsAlpha(layout: PixelLayout) {
    let format = format(layout, height: 5, width: 7)
    let frame = frame(format, seed: 5)
    let mask = mask(format.size, seed: 6)
    let compositor = FrameCompositor(format, background: .white)
    let planes = NaiveVideo.planes(frame, format)
    let cut = NaiveVideo.planes(compositor.cutOut(frame, mask), compositor.cutOutFormat)
    #expect(cut.count == 4 && cut[0] == planes[0])
    let most = Double(1 << layout.depth) - 1
    for pixel in 0..<35 {
      let own = layout.hasAlpha ? Double(planes[3][pixel]) / 255 : 1
      #expect(abs(Double(cut[3][pixel]) - Double(mask.pixels[pixel]) / 255 * own * most) <= 1)
      for chroma in 1...2 {
        let expected =
          layout.subsampling == .mono
          ? Double(1 << (layout.depth - 1)) : NaiveVideo.chroma(planes[chroma], format, pixel / 7, pixel % 7)
        #expect(abs(Double(cut[chroma][pixel]) - expected) <= 0.51)
      }
    }
  }

  /// In an interlaced frame, chroma of one field never reaches the other.
  @Test(arguments: [(8, 6), (9, 7), (2, 2), (3, 3)]) func fieldsStayApart(sides: (Int, Int)) {
    var format = format(PixelLayout(.both, siting: .left), height: sides.0, width: sides.1)
    format.fields = .topFirst
    var frame = [UInt8](repeating: 128, count: format.byteCount)
    let chroma = format.chromaSize
    for index in 0..<chroma.height * chroma.width where index / chroma.width % 2 == 1 {
      frame[format.start(ofPlane: 2) + index] = 200
    }
    let compositor = FrameCompositor(format, background: .white)
    let full = Mask(size: format.size, pixels: Array(repeating: 255, count: sides.0 * sides.1))
    let cut = NaiveVideo.planes(compositor.cutOut(frame, full), compositor.cutOutFormat)
    guard chroma.height > 1 else { return }
    for y in 0..<sides.0 { #expect(cut[2][y * sides.1] == (y % 2 == 1 ? 200 : 128), "row \(y)") }
    #expect(compositor.composite(frame, full) == frame)
  }
}
