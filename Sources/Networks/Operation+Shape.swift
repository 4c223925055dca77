public import Tensors

/// An operation cannot take its inputs.
public struct ShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line that says what is wrong, with the shapes.
  public let description: String

  init(_ description: String) { self.description = description }
}

extension Operation {
  /// The shape of the output.
  ///
  /// - Throws: `ShapeError` if there are too few or too many inputs or their shapes do not fit.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    switch self {
    case .input(let shape):
      try require(inputs, count: 0)
      return shape
    case .convolution(let convolution):
      return try convolution.outputShape(of: only(inputs))
    case .batchNorm, .relu, .sigmoid:
      return try only(inputs)
    case .maxPool(let pool):
      return try pool.outputShape(of: only(inputs))
    case .upsample(let size, _):
      let input = try only(inputs)
      guard input.elementCount > 0, size.height > 0, size.width > 0 else {
        throw ShapeError("upsample: \(input) cannot become \(size)")
      }
      return Shape(batch: input.batch, channels: input.channels, height: size.height, width: size.width)
    case .concat:
      return try Self.concatenated(inputs)
    case .add:
      try require(inputs, count: 2)
      guard inputs[0] == inputs[1] else { throw ShapeError("add: \(inputs[0]) and \(inputs[1]) differ") }
      return inputs[0]
    }
  }

  private func require(_ inputs: [Shape], count: Int) throws {
    guard inputs.count == count else {
      throw ShapeError("\(kind): takes \(count) input\(count == 1 ? "" : "s"), was given \(inputs.count)")
    }
    if let odd = inputs.first(where: { $0.rank != 4 }) {
      throw ShapeError("\(kind): \(odd) is not [batch, channels, height, width]")
    }
  }

  private func only(_ inputs: [Shape]) throws -> Shape {
    try require(inputs, count: 1)
    return inputs[0]
  }

  private static func concatenated(_ inputs: [Shape]) throws -> Shape {
    guard let first = inputs.first, inputs.allSatisfy({ $0.rank == 4 }) else {
      throw ShapeError("concat: takes activations, was given \(inputs)")
    }
    guard inputs.allSatisfy({ $0.batch == first.batch && $0.size == first.size }) else {
      throw ShapeError("concat: the sizes of \(inputs.map(\.description).joined(separator: ", ")) differ")
    }
    let channels = inputs.reduce(0) { $0 + $1.channels }
    return Shape(batch: first.batch, channels: channels, height: first.height, width: first.width)
  }
}

extension Convolution {
  func outputShape(of input: Shape) throws -> Shape {
    guard kernel > 0, stride > 0, dilation > 0, padding >= 0, outChannels > 0 else {
      throw ShapeError("convolution: kernel, stride, dilation and channels must be positive")
    }
    let reach = dilation * (kernel - 1) + 1
    func extent(_ length: Int) throws -> Int {
      let padded = length + 2 * padding
      guard padded >= reach else {
        throw ShapeError("convolution: \(input) is smaller than the kernel (\(kernel), dilation \(dilation))")
      }
      return (padded - reach) / stride + 1
    }
    return Shape(
      batch: input.batch, channels: outChannels, height: try extent(input.height), width: try extent(input.width))
  }
}

extension MaxPool {
  func outputShape(of input: Shape) throws -> Shape {
    guard kernel > 0, stride > 0 else { throw ShapeError("max pool: kernel and stride must be positive") }
    func extent(_ length: Int) throws -> Int {
      guard length >= kernel || (ceilMode && length > 0) else {
        throw ShapeError("max pool: \(input) is smaller than the window (\(kernel))")
      }
      guard ceilMode else { return (length - kernel) / stride + 1 }
      let windows = max(0, length - kernel + stride - 1) / stride + 1
      // PyTorch: the last window must begin inside the input.
      return (windows - 1) * stride >= length ? windows - 1 : windows
    }
    return Shape(
      batch: input.batch, channels: input.channels, height: try extent(input.height), width: try extent(input.width))
  }
}
