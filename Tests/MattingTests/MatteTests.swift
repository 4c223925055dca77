internal import Pictures
internal import Matting
internal import Tensors
internal import TestSupport
internal import Testing

/// Odd sizes, and properties of every matte.
@Suite struct MatteTests {
  /// Left half foreground, right half background, in two colours.
  private func halves(_ size: Size, hasAlpha: Bool = false) -> (picture: Picture, mask: CoarseMask) {
    var samples: [UInt8] = []
    for _ in 0..<size.height {
      for x in 0..<size.width {
        samples += (x < size.width / 2 ? [220, 40, 30] : [20, 60, 200]) + (hasAlpha ? [255] : [])
      }
    }
    let mask = CoarseMask(
      size: Size(height: 16, width: 16), values: (0..<256).map { $0 % 16 < 8 ? 1 : 0 })
    return (Picture(size: size, hasAlpha: hasAlpha, samples: .bits8(samples)), mask)
  }

  /// The 8-bit mask of the inverse is the inverse of the mask, for every value.
  @Test func aMatteHasAnInverse() {
    let matte = AlphaMatte(size: Size(height: 256, width: 256), values: (0...65535).map { UInt16($0) })
    #expect(matte.inverted.values == matte.values.reversed())
    #expect(matte.inverted.mask == matte.mask.inverted)
  }

  static let sizes = [
    Size(height: 1, width: 1), Size(height: 1, width: 40), Size(height: 40, width: 1), Size(height: 2, width: 3),
    Size(height: 16, width: 16), Size(height: 127, width: 66), Size(height: 65, width: 200),
  ]

  @Test(arguments: sizes) func everySizeHasAMatte(_ size: Size) {
    let (picture, mask) = halves(size)
    for matte in [GuidedUpsampling().matte(of: mask, for: picture), ClosedFormMatting().matte(of: mask, for: picture)] {
      #expect(matte.size == size)
      let cutout = ForegroundEstimation().cutout(of: picture, matte: matte)
      #expect(cutout.size == size && cutout.hasAlpha)
      guard size.width >= 16 else { continue }
      let row = matte.values.prefix(size.width)
      #expect(row.prefix(size.width / 2).allSatisfy { $0 > 57000 }, "\(size): \(row)")
      #expect(row.dropFirst((size.width + 1) / 2).allSatisfy { $0 < 8000 }, "\(size): \(row)")
    }
  }

  static let largeSizes = [
    Size(height: 1, width: 40_001), Size(height: 40_003, width: 1), Size(height: 3, width: 9_001),
    Size(height: 201, width: 333), Size(height: 9_999, width: 2),
  ]

  /// Pictures that are computed in tiles, some narrower than the distance to which an edge reaches: opaque pixels keep
  /// their colours, and every pixel has its alpha.
  @Test(arguments: largeSizes) func tilesOfEverySizeAreCutOut(_ size: Size) {
    var generator = SeededGenerator(seed: UInt64(size.height) << 32 | UInt64(size.width))
    let count = size.height * size.width
    let samples = (0..<3 * count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    var values: [UInt16] = []
    while values.count < count {
      let value =
        [0, AlphaMatte.opaque, UInt16.random(in: 1..<AlphaMatte.opaque, using: &generator)]
        .randomElement(using: &generator) ?? 0
      values += Array(repeating: value, count: Int.random(in: 1...150, using: &generator))
    }
    let matte = AlphaMatte(size: size, values: Array(values.prefix(count)))
    let picture = Picture(size: size, hasAlpha: false, samples: .bits8(samples))
    guard case .bits8(let result) = ForegroundEstimation().cutout(of: picture, matte: matte).samples else { return }
    let wrong = (0..<count).first { i in
      let isKept = (0..<3).allSatisfy { result[4 * i + $0] == samples[3 * i + $0] }
      return Int(result[4 * i + 3]) != (Int(matte.values[i]) * 255 + 32767) / 65535
        || matte.values[i] == AlphaMatte.opaque && !isKept
    }
    #expect(wrong == nil, "\(size), pixel \(wrong ?? 0)")
  }

  /// Pictures of 16 bits give the same results as those of 8 bits.
  @Test func depthDoesNotMatter() {
    let composite = SyntheticComposite(.hair, seed: 3, size: Size(height: 90, width: 130))
    let mask = composite.mask(of: Size(height: 40, width: 40))
    guard case .bits8(let samples) = composite.picture.samples else { return }
    let deep = Picture(size: composite.size, hasAlpha: false, samples: .bits16(samples.map { UInt16($0) * 257 }))
    let matte = ClosedFormMatting().matte(of: mask, for: deep)
    let matte8 = ClosedFormMatting().matte(of: mask, for: composite.picture)
    let difference = zip(matte.values, matte8.values).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(difference < 700, "\(difference) of 65535")
    guard case .bits16(let colors) = ForegroundEstimation().cutout(of: deep, matte: matte).samples,
      case .bits8(let colors8) = ForegroundEstimation().cutout(of: composite.picture, matte: matte).samples
    else {
      Issue.record("the depth was not kept")
      return
    }
    let worst = zip(colors, colors8).map { abs(Int($0) - Int($1) * 257) }.max() ?? 0
    #expect(worst <= 257, "\(worst)")
  }

  /// Transparent pixels stay transparent.
  @Test func alphaOfThePictureIsKept() {
    let size = Size(height: 3, width: 40)
    var (picture, mask) = halves(size, hasAlpha: true)
    guard case .bits8(var samples) = picture.samples else { return }
    for x in 0..<5 { samples[4 * x + 3] = UInt8(x * 10) }
    picture = Picture(size: size, hasAlpha: true, samples: .bits8(samples))
    let matte = GuidedUpsampling().matte(of: mask, for: picture)
    guard case .bits8(let result) = ForegroundEstimation().cutout(of: picture, matte: matte).samples else { return }
    for x in 0..<5 { #expect(abs(Int(result[4 * x + 3]) - x * 10) <= 1, "\(x): \(result[4 * x + 3])") }
  }

  /// The Laplacian against its formula, in Double, at every unknown pixel.
  @Test func laplacianRowsAreTheFormulas() {
    let size = Size(height: 11, width: 19)
    var generator = SeededGenerator(seed: 5)
    let guide = (0..<size.height * size.width).map { _ -> SIMD4<Float> in
      let color = SIMD3<Float>.random(in: 0...1, using: &generator)
      return SIMD4(color, 1)
    }
    let trimap = Trimap(
      of: CoarseMask(size: size, values: (0..<209).map { Float($0 % 3) / 2 }), background: 0, foreground: 1, radius: 1)
    let band = MattingBand(trimap, at: size)
    let laplacian = MattingLaplacian(band, colors: MattingColors(guide, at: band), epsilon: 1e-3)
    let plane = MattingPlane(count: band.planeCount)
    var values = [Double](repeating: 0, count: 209)
    for i in values.indices {
      let value = Float.random(in: 0...1, using: &generator)
      (plane.values[band.place(i % 19, i / 19)], values[i]) = (value, Double(value))
    }
    let expected = PlainLaplacian(guide, size, epsilon: 1e-3).times(values)
    #expect(band.blocks.count == 3 * size.height)
    let product = laplacian.times(plane)
    for (index, block) in band.blocks.enumerated() {
      for lane in 0..<min(8, 19 - block.x) {
        let wanted = expected[block.y * 19 + block.x + lane]
        #expect(abs(Double(product[8 * index + lane]) - wanted) < 1e-4, "seed 5, x \(block.x + lane), y \(block.y)")
      }
    }
  }

  @Test func shapesAreShaped() {
    let size = Size(height: 21, width: 33)
    var values = [UInt16](repeating: 0, count: size.height * size.width)
    for y in 5..<9 { for x in 10..<20 { values[y * size.width + x] = 65535 } }
    values[6 * size.width + 9] = 20000
    let matte = AlphaMatte(size: size, values: values)
    #expect(matte.bounds() == PixelBox(columns: 9..<20, rows: 5..<9))
    #expect(matte.thresholded(at: 0.5).bounds() == PixelBox(columns: 10..<20, rows: 5..<9))
    #expect(AlphaMatte(size: size, values: values.map { _ in 0 }).bounds() == nil)
    #expect(matte.feathered(by: 0) == matte)
    let soft = matte.feathered(by: 2)
    func sum(_ matte: AlphaMatte) -> Int { matte.values.reduce(0) { $0 + Int($1) } }
    #expect(abs(sum(matte) - sum(soft)) < sum(matte) / 100 && (soft.values.max() ?? 0) < 65535)
    let levels = values.map { value -> UInt16 in UInt16((Int(value) + 128) / 257 * 257) }
    #expect(AlphaMatte(matte.mask).values == levels)
  }
}
