public import Tensors

/// Pseudo-random weights that depend only on their names, for tests and benchmarks without a checkpoint.
///
/// The elements of a tensor are drawn by SplitMix64, seeded with the FNV-1a hash of the name, so that every program
/// that follows this recipe gets the same weights:
/// - convolution weights (rank 4): uniform in ± sqrt(3 / (in · kh · kw));
/// - `running_var` and the `weight` of a batch norm: uniform in 0.75 … 1.25;
/// - every other vector: uniform in ± 0.1.
public struct SeededParameters: ParameterSource {
  private let shapes: [String: Shape]

  /// Weights for every parameter of a graph.
  public init(for graph: Graph) {
    shapes = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
  }

  /// The names of the graph's parameters, sorted.
  public var names: [String] { shapes.keys.sorted() }

  /// The shape of a parameter; nil if the graph has none of that name.
  public func shape(of name: String) -> Shape? { shapes[name] }

  /// A parameter, drawn anew at each call.
  ///
  /// - Throws: `MissingParameter` if the graph has none of that name.
  public func tensor(named name: String) throws -> Tensor {
    guard let shape = shapes[name] else { throw MissingParameter(name: name) }
    let (center, spread) = Self.range(of: name, shape: shape)
    return Self.tensor(named: name, shape: shape) { u in Float(center + (2 * u - 1) * spread) }
  }

  /// The input that belongs to the recipe, uniform in −2 … 2.
  public static func input(shape: Shape) -> Tensor {
    tensor(named: "input", shape: shape) { u in Float(4 * u - 2) }
  }

  private static func range(of name: String, shape: Shape) -> (center: Double, spread: Double) {
    if shape.rank == 4 {
      let fanIn = shape.dimensions.dropFirst().reduce(1, *)
      return (0, (3 / Double(fanIn)).squareRoot())
    }
    let isNormWeight = name.contains(".bn_") && name.hasSuffix(".weight")
    return name.hasSuffix(".running_var") || isNormWeight ? (1, 0.25) : (0, 0.1)
  }

  private static func tensor(named name: String, shape: Shape, value: (Double) -> Float) -> Tensor {
    let origin = fnv1a(name)
    return Tensor(shape: shape) { values in
      for index in values.indices {
        let bits = splitMix(origin &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15) >> 40
        values[index] = value(Double(bits) / Double(1 << 24))
      }
    }
  }

  private static func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  private static func splitMix(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
