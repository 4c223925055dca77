internal import Pictures
internal import Matting
internal import Tensors
internal import TestSupport
internal import Testing

/// Mattes and colours of synthetic composites, whose alpha and foreground are known, from masks a quarter of their
/// width.
@Suite struct EdgeTests {
  private static let grid = Size(height: 160, width: 160)
  private static let composites = SyntheticComposite.Kind.allCases.flatMap { kind in
    (1...6).map { (kind, UInt64($0)) }
  }.mapInParallel { SyntheticComposite($0.0, seed: $0.1) }

  /// The mask resized by Pillow's filter, as the authors' code does.
  private static func interpolated(_ composite: SyntheticComposite) -> AlphaMatte {
    let pixels = composite.mask(of: grid).values.map { UInt8(($0 * 255).rounded()) }
    return AlphaMatte(Mask(size: grid, pixels: pixels).resized(to: composite.size))
  }

  /// Mean SAD and gradient error of mattes over all composites, as parts of those of interpolated masks.
  private func ratios(
    of matte: @Sendable (CoarseMask, Picture) -> AlphaMatte
  ) -> (sad: Double, gradient: Double, kinds: String) {
    let each = Self.composites.map {
      composite -> (kind: SyntheticComposite.Kind, before: MattingErrors, after: MattingErrors) in
      func errors(_ matte: AlphaMatte) -> MattingErrors {
        MattingErrors(matte.values.map { Float($0) / 65535 }, against: composite.alpha, size: composite.size)
      }
      let mask = composite.mask(of: Self.grid)
      return (composite.kind, errors(Self.interpolated(composite)), errors(matte(mask, composite.picture)))
    }
    func ratio(_ error: (MattingErrors) -> Double, _ kind: SyntheticComposite.Kind? = nil) -> Double {
      let those = each.filter { kind == nil || $0.kind == kind }
      return those.reduce(0) { $0 + error($1.after) } / those.reduce(0) { $0 + error($1.before) }
    }
    let kinds = SyntheticComposite.Kind.allCases.map {
      "\($0): \(ratio({ $0.sad }, $0)), \(ratio({ $0.gradient }, $0))"
    }
    return (ratio { $0.sad }, ratio { $0.gradient }, kinds.joined(separator: "; "))
  }

  @Test func refiningTakesAThirdOfTheErrorAway() {
    let ratios = ratios { GuidedUpsampling().matte(of: $0, for: $1) }
    #expect(ratios.sad <= 0.7 && ratios.gradient <= 0.7, "\(ratios)")
  }

  @Test func mattingTakesHalfOfTheErrorAway() {
    let ratios = ratios { ClosedFormMatting().matte(of: $0, for: $1) }
    #expect(ratios.sad <= 0.5 && ratios.gradient <= 0.5, "\(ratios)")
  }

  /// Where foreground and background mix, the estimated colour is the foreground's, not the picture's.
  @Test(arguments: SyntheticComposite.Kind.allCases) func noFringeIsLeft(kind: SyntheticComposite.Kind) {
    let errors = Self.composites.filter { $0.kind == kind }.mapInParallel { composite -> SIMD2<Double> in
      let matte = GuidedUpsampling().matte(of: composite.mask(of: Self.grid), for: composite.picture)
      let cutout = ForegroundEstimation().cutout(of: composite.picture, matte: matte)
      return SIMD2(composite.colorError(of: composite.picture), composite.colorError(of: cutout))
    }.reduce(.zero, +)
    #expect(errors.y <= errors.x / 2, "\(kind): \(errors.y / 6) against \(errors.x / 6) of the picture itself")
  }
}

extension SyntheticComposite {
  /// The mean difference from the foreground's own colours in the unknown band, in 0 … 1.
  fileprivate func colorError(of picture: Picture) -> Double {
    guard case .bits8(let samples) = picture.samples else { return .infinity }
    var (sum, count) = (0.0, 0.0)
    for i in alpha.indices where alpha[i] > 0.02 && alpha[i] < 0.98 {
      for channel in 0..<3 {
        sum += Double(abs(Float(samples[i * picture.channels + channel]) / 255 - foreground[i][channel]))
      }
      count += 3
    }
    return sum / count
  }
}

extension Array where Element: Sendable {
  /// `transform` of every element, in order, on all cores.
  fileprivate func mapInParallel<Value: Sendable>(_ transform: (Element) -> Value) -> [Value] {
    indices.mapInParallel { transform(self[$0]) }
  }
}
