public import Tensors

/// A network's parameters with every batch norm folded into the convolution before it.
public struct FoldedParameters: ParameterSource {
  private let source: any ParameterSource
  /// The shapes of the remaining tensors.
  private let shapes: [String: Shape]
  /// Each convolution with its batch norm, by the names of the convolution's parameters.
  private let folds: [String: (convolution: Convolution, norm: BatchNorm)]

  /// The parameters of a graph in which each batch norm follows a convolution with a bias, as in every known network.
  public init(_ source: some ParameterSource, of graph: Graph) {
    var folds: [String: (Convolution, BatchNorm)] = [:]
    var folded = Set<String>()
    for node in graph.nodes {
      guard case .batchNorm(let norm) = node.operation,
        case .convolution(let convolution) = graph.nodes[node.inputs[0]].operation, let bias = convolution.bias
      else { continue }
      for name in [convolution.weight, bias] { folds[name] = (convolution, norm) }
      folded.formUnion(norm.names)
    }
    self.source = source
    self.folds = folds
    shapes = Dictionary(
      uniqueKeysWithValues: graph.parameters.filter { !folded.contains($0.name) }.map { ($0.name, $0.shape) })
  }

  /// The names of the remaining tensors, sorted.
  public var names: [String] { shapes.keys.sorted() }

  /// The shape of a tensor; nil if there is none of that name.
  public func shape(of name: String) -> Shape? { shapes[name] }

  /// The tensor with a name. Folded tensors are weight · scale and bias · scale + shift, computed in float64.
  ///
  /// - Throws: `MissingParameter`, or the error of reading a tensor.
  public func tensor(named name: String) throws -> Tensor {
    guard shapes[name] != nil else { throw MissingParameter(name: name) }
    var tensor = try source.tensor(named: name)
    guard let (convolution, norm) = folds[name], let channels = tensor.shape.dimensions.first, channels > 0 else {
      return tensor
    }
    let affine = try ChannelAffine(norm) { try source.tensor(named: $0) }
    let isBias = name == convolution.bias
    let count = tensor.values.count / channels
    for index in tensor.values.indices {
      let channel = index / count
      let value = Double(tensor.values[index]) * affine.scale[channel] + (isBias ? affine.shift[channel] : 0)
      tensor.values[index] = Float(value)
    }
    return tensor
  }
}
