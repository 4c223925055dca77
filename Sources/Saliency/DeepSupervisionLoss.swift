public import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The loss that U²-Net is trained by (paper, equations 1 and 2): the binary cross-entropy of the fused map and of each
/// side output, all of weight 1.
public struct DeepSupervisionLoss: Sendable, Hashable {
  /// Of each map, d0 first: −mean(g · ln p + (1 − g) · ln(1 − p)), logarithms no less than −100 (PyTorch `BCELoss`).
  public let perMap: [Double]

  /// The sum over the maps.
  public var total: Double { perMap.reduce(0, +) }

  /// Losses that were computed before.
  public init(perMap: [Double]) { self.perMap = perMap }

  /// The mean of several pictures' losses, map by map; nil of none.
  ///
  /// - Parameter losses: of as many maps each.
  public init?(meanOf losses: [DeepSupervisionLoss]) {
    guard let first = losses.first else { return nil }
    perMap = first.perMap.indices.map { map in losses.reduce(0) { $0 + $1.perMap[map] } / Double(losses.count) }
  }

  /// The loss of sigmoid maps.
  ///
  /// - Parameters:
  ///   - maps: probabilities of any shape, all of the target's.
  ///   - target: the ground truth, 0 … 1.
  /// - Throws: `ShapeMismatch` where a map is not of the target's shape.
  public init(maps: [Tensor], target: Tensor) throws(ShapeMismatch) {
    for map in maps where map.shape != target.shape { throw ShapeMismatch(map: map.shape, target: target.shape) }
    perMap = maps.indices.mapInParallel { Self.binaryCrossEntropy(maps[$0].values, target.values) }
  }

  private static func binaryCrossEntropy(_ map: [Float], _ target: [Float]) -> Double {
    zip(map, target).reduce(0) { sum, pixel in
      let (p, g) = (Double(pixel.0), Double(pixel.1))
      return sum - (g * max(-100, log(p)) + (1 - g) * max(-100, log1p(-p)))
    } / Double(map.count)
  }
}

/// A map that is not of its target's shape.
public struct ShapeMismatch: Error, Hashable, Sendable, CustomStringConvertible {
  /// The map's.
  public let map: Shape
  /// The ground truth's.
  public let target: Shape

  /// The shapes in words.
  public var description: String { "the map is \(map), its target \(target)" }
}
