internal import Matting
internal import Pictures
internal import TestSupport
internal import Tensors
internal import Testing

/// Closed-form matting against plain formulas, on odd shapes.
@Suite struct ClosedFormTests {
  /// A level with random colours and regions.
  struct Case: Sendable, CustomStringConvertible {
    let seed: UInt64
    let size: Size
    let kind: Kind

    enum Kind: String, CaseIterable {
      /// A band one pixel wide.
      case thin
      /// No unknown pixel.
      case empty
      /// Only unknown pixels.
      case whole
      /// Unknown pixels here and there.
      case scattered
    }

    var description: String { "\(kind), seed \(seed), \(size)" }

    /// Whether the pixel is unknown, from a random number.
    func isUnknown(_ x: Int, _ y: Int, _ random: UInt8) -> Bool {
      switch kind {
      case .thin: x == size.width / 2
      case .empty: false
      case .whole: true
      case .scattered: random < 40
      }
    }
  }

  static let cases = [
    Size(height: 3, width: 3), Size(height: 5, width: 8), Size(height: 4, width: 41), Size(height: 33, width: 9),
    Size(height: 67, width: 29),
  ].enumerated().flatMap { index, size in
    Case.Kind.allCases.map { Case(seed: UInt64(index + 1), size: size, kind: $0) }
  }

  /// The colours (some pictures are grey), band, and alpha of a case.
  private func make(_ level: Case) -> (colors: [SIMD4<Float>], band: MattingBand, alpha: [Float], unknown: [Bool]) {
    var generator = SeededGenerator(seed: level.seed)
    let count = level.size.height * level.size.width
    let isGrey = level.seed % 2 == 0
    let colors = (0..<count).map { _ -> SIMD4<Float> in
      let color = SIMD3<Float>.random(in: 0...1, using: &generator)
      return isGrey ? SIMD4(color.x, color.x, color.x, 1) : SIMD4(color, 1)
    }
    let unknown = (0..<count).map { i in
      level.isUnknown(i % level.size.width, i / level.size.width, UInt8.random(in: 0...255, using: &generator))
    }
    let values = unknown.map { $0 ? Float(0.5) : Float.random(in: 0...1, using: &generator) < 0.5 ? 0 : 1 }
    let trimap = Trimap(of: CoarseMask(size: level.size, values: values), background: 0, foreground: 1, radius: 0)
    let alpha = unknown.indices.map { unknown[$0] ? Float.random(in: 0...1, using: &generator) : values[$0] }
    return (colors, MattingBand(trimap, at: level.size), alpha, unknown)
  }

  /// The matrix's product is that of the formula in Double, and 0 at known pixels.
  @Test(arguments: cases) func productsAreTheFormulas(_ level: Case) {
    let (colors, band, alpha, unknown) = make(level)
    let plane = MattingPlane(count: band.planeCount)
    for i in alpha.indices { plane.values[band.place(i % level.size.width, i / level.size.width)] = alpha[i] }
    let laplacian = MattingLaplacian(band, colors: MattingColors(colors, at: band), epsilon: 1e-2)
    let product = laplacian.times(plane)
    let expected = PlainLaplacian(colors, level.size, epsilon: 1e-2).times(alpha.map { Double($0) })
    var covered = 0
    for (index, block) in band.blocks.enumerated() {
      for lane in 0..<8 {
        let i = block.y * level.size.width + block.x + lane
        let isUnknown = block.x + lane < level.size.width && unknown[i]
        covered += isUnknown ? 1 : 0
        let wanted = isUnknown ? expected[i] : 0
        #expect(abs(Double(product[8 * index + lane]) - wanted) < 1e-3, "\(level), x \(block.x + lane), y \(block.y)")
      }
    }
    #expect(covered == unknown.count { $0 }, "\(level)")
  }

  /// The solution fulfils the equations, known pixels keep their values, and the bits are the same every time.
  @Test(arguments: cases) func equationsAreSolved(_ level: Case) {
    let (colors, band, alpha, unknown) = make(level)
    let (width, count) = (level.size.width, band.blocks.count * 8)
    let laplacian = MattingLaplacian(band, colors: MattingColors(colors, at: band), epsilon: 1e-2)
    var weights = [Float](repeating: 0, count: count)
    for (index, block) in band.blocks.enumerated() {
      for lane in 0..<8 where block.unknown >> lane & 1 == 1 { weights[8 * index + lane] = 0.5 }
    }
    func solution() -> [Float] {
      let plane = MattingPlane(count: band.planeCount)
      for i in alpha.indices { plane.values[band.place(i % width, i / width)] = alpha[i] }
      MattingSystem(laplacian, right: weights.map { $0 * 0.25 }, weights: weights)
        .solve(plane, iterations: 300, tolerance: 1e-12)
      return alpha.indices.map { plane.values[band.place($0 % width, $0 / width)] }
    }
    let solved = solution()
    let product = PlainLaplacian(colors, level.size, epsilon: 1e-2).times(solved.map { Double($0) })
    for i in alpha.indices {
      let error = unknown[i] ? abs(product[i] + 0.5 * (Double(solved[i]) - 0.25)) : Double(abs(solved[i] - alpha[i]))
      #expect(error < 2e-3, "\(level), pixel \(i)")
    }
    #expect(solved == solution(), "\(level)")
  }

  /// Colours around a band are those of the whole level, also where the level is smaller than the picture.
  @Test(arguments: [1, 2, 3] as [UInt64]) func colorsAroundABandAreThoseOfTheLevel(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let size = Size(height: 141, width: 173)
    let samples = (0..<3 * 141 * 173).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let rows = PictureRows(Picture(size: size, hasAlpha: false, samples: .bits8(samples)))
    let values = (0..<400).map { _ in Float.random(in: 0...1, using: &generator) < 0.03 ? Float(0.5) : 0 }
    let mask = CoarseMask(size: Size(height: 20, width: 20), values: values)
    let trimap = Trimap(of: mask, background: 0, foreground: 1, radius: 0)
    for level in [size, Size(height: 71, width: 87), Size(height: 20, width: 33)] {
      let band = MattingBand(trimap, at: level)
      let near = MattingLaplacian(band, colors: MattingColors(of: rows, around: band), epsilon: 1e-4)
      let whole = MattingLaplacian(band, colors: MattingColors(rows.averaged(over: level), at: band), epsilon: 1e-4)
      let plane = MattingPlane(count: band.planeCount)
      for i in 0..<band.planeCount { plane.values[i] = Float.random(in: 0...1, using: &generator) }
      #expect(near.times(plane) == whole.times(plane), "seed \(seed), \(level)")
    }
  }

  /// A picture above the limit of pixels, whose detail is computed in tiles near edges: near the solution at full size.
  @Test(arguments: [1, 2, 3] as [UInt64]) func tilesAreNearTheSolution(seed: UInt64) {
    let composite = SyntheticComposite(.hair, seed: seed, size: Size(height: 301, width: 403))
    let mask = composite.mask(of: Size(height: 40, width: 40))
    var matting = ClosedFormMatting()
    let whole = matting.matte(of: mask, for: composite.picture)
    matting.pixelLimit = 301 * 403 / 2
    let tiled = matting.matte(of: mask, for: composite.picture)
    let difference = zip(whole.values, tiled.values).reduce(0.0) { $0 + Double(abs(Int($1.0) - Int($1.1))) }
    #expect(
      tiled.size == composite.size && difference / Double(whole.values.count) < 655, "seed \(seed): \(difference)")
  }
}
