public import Tensors

/// A tensor that a graph needs.
public struct Parameter: Hashable, Sendable {
  /// The name in the checkpoint.
  public let name: String
  /// The shape that the tensor must have.
  public let shape: Shape
}

extension Parameter {
  /// The tensor from a source, checked for its shape and for NaN and infinity.
  ///
  /// - Throws: `ParameterError`, or the error of reading the tensor.
  public func tensor(from source: some ParameterSource) throws -> Tensor {
    guard let found = source.shape(of: name) else { throw ParameterError.missing(self) }
    guard found == shape else { throw ParameterError.wrongShape(self, found: found) }
    let tensor = try source.tensor(named: name)
    guard tensor.shape == shape else { throw ParameterError.wrongShape(self, found: tensor.shape) }
    if let index = tensor.firstNonFiniteIndex {
      throw ParameterError.notFinite(self, index: index, value: tensor.values[index])
    }
    return tensor
  }
}

extension Operation {
  /// The operation's parameters, for inputs of these shapes.
  public func parameters(for inputs: [Shape]) -> [Parameter] {
    switch self {
    case .convolution(let convolution):
      let weight = Parameter(
        name: convolution.weight, shape: convolution.weightShape(inChannels: inputs[0].channels))
      return [weight] + (convolution.bias.map { [Parameter(name: $0, shape: [convolution.outChannels])] } ?? [])
    case .batchNorm(let norm):
      return norm.names.map { Parameter(name: $0, shape: [inputs[0].channels]) }
    case .input, .relu, .sigmoid, .maxPool, .upsample, .concat, .add:
      return []
    }
  }
}

/// A checkpoint does not fit a network.
public enum ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no tensor with the name.
  case missing(Parameter)
  /// The tensor has another shape.
  case wrongShape(Parameter, found: Shape)
  /// The tensor holds NaN or infinity.
  case notFinite(Parameter, index: Int, value: Float)

  /// One line with the tensor and what is wrong.
  public var description: String {
    switch self {
    case .missing(let parameter):
      "tensor '\(parameter.name)' is missing; the network needs it with shape \(parameter.shape)"
    case .wrongShape(let parameter, let found):
      "tensor '\(parameter.name)' has shape \(found), the network needs \(parameter.shape)"
    case .notFinite(let parameter, let index, let value):
      "tensor '\(parameter.name)' holds \(value) at element \(index); the weights are damaged"
    }
  }
}
