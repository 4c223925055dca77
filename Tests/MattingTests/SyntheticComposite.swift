internal import Foundation
internal import Pictures
internal import Matting
internal import Tensors
internal import TestSupport

/// A picture made of a foreground, a background and an alpha that are known, and the coarse mask that a perfect network
/// would give.
struct SyntheticComposite {
  enum Kind: String, CaseIterable {
    /// A body with long strands, a pixel or two wide.
    case hair
    /// A body in a coat of short strands.
    case fur
    /// An edge out of focus.
    case soft
    /// A body that moved.
    case motion
    /// A body with many small holes.
    case holes
  }

  let kind: Kind
  let seed: UInt64
  let size: Size
  /// 0 … 1.
  let alpha: [Float]
  /// Red, green and blue in 0 … 1.
  let foreground: [SIMD3<Float>]
  /// α·F + (1 − α)·B in 8 bits.
  let picture: Picture

  var name: String { "\(kind.rawValue), seed \(seed)" }

  init(_ kind: Kind, seed: UInt64, size: Size = Size(height: 480, width: 640)) {
    var generator = SeededGenerator(seed: seed)
    let canvas = AlphaCanvas(kind, size: size, using: &generator)
    let base = Self.colors(using: &generator)
    let foreground = Texture(around: base.foreground, using: &generator)
    let background = Texture(around: base.background, using: &generator)
    var colors: [SIMD3<Float>] = []
    var samples: [UInt8] = []
    for y in 0..<size.height {
      for x in 0..<size.width {
        let (f, b, a) = (foreground.color(x, y), background.color(x, y), canvas.alpha[y * size.width + x])
        colors.append(f)
        let mixed = (f * a + b * (1 - a)) * 255
        for channel in 0..<3 { samples.append(UInt8(mixed[channel].rounded())) }
      }
    }
    self.kind = kind
    self.seed = seed
    self.size = size
    alpha = canvas.alpha
    self.foreground = colors
    picture = Picture(size: size, hasAlpha: false, samples: .bits8(samples))
  }

  /// Alpha averaged over a coarse grid, in 8 bits.
  func mask(of size: Size) -> CoarseMask {
    let coarse = CoarseMask(size: self.size, values: alpha).averaged(to: size)
    return CoarseMask(size: size, values: coarse.values.map { ($0 * 255).rounded() / 255 })
  }

  /// Two colours that differ visibly.
  private static func colors(
    using generator: inout SeededGenerator
  ) -> (foreground: SIMD3<Float>, background: SIMD3<Float>) {
    while true {
      let pair = (
        SIMD3<Float>.random(in: 0.15...0.85, using: &generator), SIMD3<Float>.random(in: 0.15...0.85, using: &generator)
      )
      let difference = pair.0 - pair.1
      if (difference * difference).sum() > 0.16 { return pair }
    }
  }
}

/// A colour that varies: smooth noise of two scales in every channel, and grain.
private struct Texture {
  private let base: SIMD3<Float>
  private let waves: [(direction: SIMD2<Float>, phase: Float, weight: SIMD3<Float>)]
  private let grain: Float
  private let salt: UInt64

  init(around base: SIMD3<Float>, using generator: inout SeededGenerator) {
    self.base = base
    let strength = Float.random(in: 0.03...0.10, using: &generator)
    waves = (0..<8).map { index in
      // From waves as long as the picture to ones of a dozen pixels.
      let frequency = Float.random(in: 0.008...0.03, using: &generator) * (index < 4 ? 1 : 8)
      let angle = Float.random(in: 0...(2 * .pi), using: &generator)
      let weight = SIMD3<Float>.random(in: -1...1, using: &generator) * strength * (index < 4 ? 1 : 0.4)
      return (SIMD2(cos(angle), sin(angle)) * frequency, Float.random(in: 0...6.28, using: &generator), weight)
    }
    grain = Float.random(in: 0...0.02, using: &generator)
    salt = generator.next()
  }

  func color(_ x: Int, _ y: Int) -> SIMD3<Float> {
    var color = base
    for wave in waves {
      color += wave.weight * sin(wave.direction.x * Float(x) + wave.direction.y * Float(y) + wave.phase)
    }
    var noise = SeededGenerator(seed: salt &+ UInt64(y) &* 0x1_0000_0001 &+ UInt64(x))
    let bits = noise.next()
    let white = SIMD3(Float(bits & 1023), Float(bits >> 10 & 1023), Float(bits >> 20 & 1023)) / 511.5 - 1
    return (color + white * grain).clamped(lowerBound: .zero, upperBound: .one)
  }
}

/// Draws the alphas.
private struct AlphaCanvas {
  let size: Size
  private(set) var alpha: [Float]

  init(_ kind: SyntheticComposite.Kind, size: Size, using generator: inout SeededGenerator) {
    self.size = size
    alpha = Array(repeating: 0, count: size.height * size.width)
    let center = SIMD2(Float(size.width), Float(size.height)) * SIMD2.random(in: 0.42...0.58, using: &generator)
    let radii = SIMD2<Float>.random(in: 0.2...0.28, using: &generator) * Float(size.height)
    switch kind {
    case .hair:
      addBody(center, radii, softness: 1)
      for _ in 0..<90 { addStrand(from: center, radii, length: 40...130, width: 0.5...1.6, using: &generator) }
    case .fur:
      addBody(center, radii, softness: 1.5)
      for _ in 0..<700 { addStrand(from: center, radii, length: 8...26, width: 0.4...1.2, using: &generator) }
    case .soft:
      addBody(center, radii, softness: Float.random(in: 6...22, using: &generator))
    case .motion:
      let angle = Float.random(in: 0...(2 * .pi), using: &generator)
      let path = SIMD2(cos(angle), sin(angle)) * Float.random(in: 14...40, using: &generator)
      addMovingBody(center, radii, along: path)
    case .holes:
      addBody(center, radii, softness: 1)
      for _ in 0..<40 { cutHole(center, radii, using: &generator) }
    }
  }

  private static func coverage(_ at: SIMD2<Float>, _ center: SIMD2<Float>, _ radii: SIMD2<Float>, softness: Float)
    -> Float
  {
    let scaled = (at - center) / radii
    let distance = ((scaled * scaled).sum().squareRoot() - 1) * radii.min()
    let t = min(1, max(0, 0.5 - distance / (2 * softness)))
    return softness > 2 ? t * t * (3 - 2 * t) : t
  }

  private mutating func addBody(_ center: SIMD2<Float>, _ radii: SIMD2<Float>, softness: Float) {
    forEach { x, y, at in
      alpha[y * size.width + x] = Self.coverage(at, center, radii, softness: softness)
    }
  }

  private mutating func addMovingBody(_ center: SIMD2<Float>, _ radii: SIMD2<Float>, along path: SIMD2<Float>) {
    let steps = 48
    forEach { x, y, at in
      var sum: Float = 0
      for step in 0..<steps {
        sum += Self.coverage(at, center + path * (Float(step) / Float(steps - 1) - 0.5), radii, softness: 0.5)
      }
      alpha[y * size.width + x] = sum / Float(steps)
    }
  }

  private func forEach(_ body: (_ x: Int, _ y: Int, _ at: SIMD2<Float>) -> Void) {
    for y in 0..<size.height { for x in 0..<size.width { body(x, y, SIMD2(Float(x) + 0.5, Float(y) + 0.5)) } }
  }

  /// A curve that grows out of the body's edge and thins.
  private mutating func addStrand(
    from center: SIMD2<Float>, _ radii: SIMD2<Float>, length: ClosedRange<Float>, width: ClosedRange<Float>,
    using generator: inout SeededGenerator
  ) {
    var angle = Float.random(in: 0...(2 * .pi), using: &generator)
    var at = center + radii * SIMD2(cos(angle), sin(angle)) * 0.97
    let steps = 24
    let step = Float.random(in: length, using: &generator) / Float(steps)
    let radius = Float.random(in: width, using: &generator)
    angle += Float.random(in: -0.7...0.7, using: &generator)
    let bend = Float.random(in: -0.05...0.05, using: &generator)
    for index in 0..<steps {
      let next = at + SIMD2(cos(angle), sin(angle)) * step
      addSegment(at, next, radius: radius * (1 - 0.7 * Float(index) / Float(steps)))
      at = next
      angle += bend
    }
  }

  private mutating func addSegment(_ a: SIMD2<Float>, _ b: SIMD2<Float>, radius: Float) {
    let (low, high) = (pointwiseMin(a, b) - radius - 1, pointwiseMax(a, b) + radius + 1)
    let lines = (Int(low.y)..<Int(high.y) + 1).clamped(to: 0..<size.height)
    for y in lines {
      for x in (Int(low.x)..<Int(high.x) + 1).clamped(to: 0..<size.width) {
        let (at, along) = (SIMD2(Float(x) + 0.5, Float(y) + 0.5), b - a)
        let t = min(1, max(0, ((at - a) * along).sum() / max(1e-6, (along * along).sum())))
        let offset = at - a - along * t
        let covered = min(1, max(0, radius + 0.5 - (offset * offset).sum().squareRoot())) * min(1, 2 * radius)
        let i = y * size.width + x
        alpha[i] = max(alpha[i], covered)
      }
    }
  }

  private mutating func cutHole(_ center: SIMD2<Float>, _ radii: SIMD2<Float>, using generator: inout SeededGenerator) {
    let hole = center + radii * SIMD2<Float>.random(in: -0.6...0.6, using: &generator)
    let radius = SIMD2<Float>(repeating: Float.random(in: 1.5...7, using: &generator))
    for y in (Int(hole.y) - 10..<Int(hole.y) + 10).clamped(to: 0..<size.height) {
      for x in (Int(hole.x) - 10..<Int(hole.x) + 10).clamped(to: 0..<size.width) {
        let i = y * size.width + x
        let at = SIMD2(Float(x) + 0.5, Float(y) + 0.5)
        alpha[i] = min(alpha[i], 1 - Self.coverage(at, hole, radius, softness: 0.7))
      }
    }
  }
}
