import Testing
import U2Net

/// Masks and cut-outs that two devices made, which differ in the last digits of float32.
enum PNGFiles {
  /// Compares two PNG files within two levels of 255; colours as much as they show.
  static func expectAlike(_ found: [UInt8], _ expected: [UInt8], _ what: String) throws {
    let pictures = try [found, expected].map { try Picture(decoding: $0, name: what) }
    #expect(pictures[0].size == pictures[1].size && pictures[0].channels == pictures[1].channels, "\(what)")
    let levels = pictures.map(Self.levels)
    let differences = zip(levels[0], levels[1]).map { abs($0 - $1) }
    let (worst, mean) = (differences.max() ?? 255, differences.reduce(0, +) / Double(differences.count))
    #expect(worst <= 2 && mean <= 0.05, "\(what): off by up to \(worst) levels, \(mean) on average")
  }

  /// The samples in 0 … 255, colours multiplied by alpha.
  private static func levels(of picture: Picture) -> [Double] {
    let samples =
      switch picture.samples {
      case .bits8(let values): values.map(Double.init)
      case .bits16(let values): values.map { Double($0) / 257 }
      }
    guard picture.hasAlpha else { return samples }
    return samples.indices.map { $0 % 4 == 3 ? samples[$0] : samples[$0] * samples[$0 / 4 * 4 + 3] / 255 }
  }
}
