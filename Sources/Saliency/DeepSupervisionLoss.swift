internal import CMath
public import Tensors

/// The training loss of U²-Net (paper, equations 1 and 2): the binary cross-entropy of the fused map and of each side
/// output, with equal weights.
public struct DeepSupervisionLoss: Sendable, Hashable {
  /// The loss of each map, d0 first: −mean(g · ln p + (1 − g) · ln(1 − p)), with logarithms of at least −100 (PyTorch's
  /// `BCELoss`).
  public let perMap: [Double]

  /// The sum over the maps.
  public var total: Double { perMap.reduce(0, +) }

  /// A loss from the losses of its maps.
  public init(perMap: [Double]) { self.perMap = perMap }

  /// The mean of several pictures' losses, map by map; nil if there are none.
  ///
  /// - Parameter losses: losses of the same number of maps.
  public init?(meanOf losses: [DeepSupervisionLoss]) {
    guard let first = losses.first else { return nil }
    perMap = first.perMap.indices.map { map in losses.reduce(0) { $0 + $1.perMap[map] } / Double(losses.count) }
  }

  /// The loss of sigmoid maps.
  ///
  /// - Parameters:
  ///   - maps: probabilities, of the target's shape.
  ///   - target: the ground truth, 0 … 1.
  /// - Throws: `ShapeMismatch` if a map has another shape than the target.
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

/// A map has another shape than its target.
public struct ShapeMismatch: Error, Hashable, Sendable, CustomStringConvertible {
  /// The map's shape.
  public let map: Shape
  /// The ground truth's shape.
  public let target: Shape

  /// Both shapes, for a message.
  public var description: String { "the map is \(map), its target \(target)" }
}
