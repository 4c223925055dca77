import Networks
import Reference
import Tensors
import TestSupport
import Testing

/// Awkward shapes: single rows and columns, primes, several images.
private let shapes: [Shape] = [
  [1, 1, 1, 1], [1, 3, 1, 13], [2, 2, 17, 1], [1, 3, 5, 13], [3, 5, 3, 2], [1, 9, 4, 127], [2, 8, 16, 7],
]

/// Compares every operation with its formula, element by element.
@Suite struct OperationTests {
  private func expect(
    _ operation: Operation, _ inputs: [Tensor], parameters: [String: Tensor] = [:], is expected: Tensor, seed: UInt64,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try ReferenceExecutor.apply(operation, to: inputs, parameters: ParameterDictionary(parameters))
    let largest = expected.values.reduce(0) { max($0, abs($1)) }
    let mismatch = result.mismatch(with: expected, within: 1e-6 + 1e-6 * largest)
    #expect(
      mismatch == nil, "\(operation) of \(inputs.map(\.shape)), seed \(seed): \(mismatch ?? "")",
      sourceLocation: sourceLocation)
  }

  @Test(arguments: shapes, [1, 2, 4, 8]) func dilatedConvolution(_ shape: Shape, dilation: Int) throws {
    for outChannels in [1, 7, 8, 17] {
      try expectConvolution(
        Convolution(weight: "w", bias: "b", outChannels: outChannels, dilation: dilation), of: shape)
    }
  }

  @Test(arguments: shapes, [1, 2, 3]) func stridedConvolution(_ shape: Shape, stride: Int) throws {
    try expectConvolution(Convolution(weight: "w", bias: nil, outChannels: 5, stride: stride), of: shape)
    try expectConvolution(Convolution(weight: "w", bias: "b", outChannels: 3, kernel: 1, stride: stride), of: shape)
    try expectConvolution(
      Convolution(weight: "w", bias: "b", outChannels: 2, kernel: 5, stride: stride, padding: 7, dilation: 3),
      of: shape)
    try expectConvolution(
      Convolution(weight: "w", bias: "b", outChannels: 2, kernel: 2, stride: stride, padding: 1), of: shape)
  }

  private func expectConvolution(
    _ convolution: Convolution, of shape: Shape, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let seed = UInt64(shape.elementCount * 31 + convolution.outChannels)
    let input = Tensor.random(shape, seed: seed)
    let weight = Tensor.random(convolution.weightShape(inChannels: shape.channels), seed: seed + 1)
    let bias = convolution.bias.map { _ in Tensor.random([convolution.outChannels], seed: seed + 2) }
    try expect(
      .convolution(convolution), [input], parameters: ["w": weight].merging(bias.map { ["b": $0] } ?? [:]) { $1 },
      is: Naive.convolution(convolution, input: input, weight: weight, bias: bias), seed: seed,
      sourceLocation: sourceLocation)
  }

  @Test func convolutionWithoutPaddingShrinks() throws {
    try expectConvolution(
      Convolution(weight: "w", bias: "b", outChannels: 3, padding: 0, dilation: 2), of: [2, 3, 5, 13])
  }

  @Test(arguments: shapes) func batchNorm(_ shape: Shape) throws {
    let seed = UInt64(shape.elementCount)
    let norm = BatchNorm(prefix: "n")
    let vectors = (1...4).map { Tensor.random([shape.channels], seed: seed + $0) }
    let variance = Tensor(shape: [shape.channels], values: vectors[3].values.map { 1.001 + $0 })
    let input = Tensor.random(shape, seed: seed)
    try expect(
      .batchNorm(norm), [input],
      parameters: [
        norm.weight: vectors[0], norm.bias: vectors[1], norm.mean: vectors[2], norm.variance: variance,
      ],
      is: Naive.batchNorm(
        input, weight: vectors[0], bias: vectors[1], mean: vectors[2], variance: variance, epsilon: 1e-5),
      seed: seed)
  }

  @Test(arguments: shapes) func elementwise(_ shape: Shape) throws {
    let (seed, other) = (UInt64(shape.elementCount), UInt64(shape.elementCount + 1))
    let (a, b) = (Tensor.random(shape, seed: seed), Tensor.random(shape, seed: other))
    func mapped(_ value: (Float) -> Float) -> Tensor { Tensor(shape: shape, values: a.values.map(value)) }
    try expect(.relu, [a], is: mapped { $0 > 0 ? $0 : 0 }, seed: seed)
    try expect(.sigmoid, [a], is: mapped { Float((1 + Self.tanh(Double($0) / 2)) / 2) }, seed: seed)
    try expect(.add, [a, b], is: Tensor(shape: shape, values: zip(a.values, b.values).map { $0 + $1 }), seed: seed)
  }

  /// tanh by its continued fraction x / (1 + x² / (3 + x² / (5 + …))), which needs no exp.
  private static func tanh(_ x: Double) -> Double {
    x / stride(from: 21.0, through: 1, by: -2).reduce(23) { $1 + x * x / $0 }
  }

  @Test(arguments: shapes, [MaxPool(), MaxPool(kernel: 3, stride: 2), MaxPool(kernel: 2, stride: 3)])
  func maxPool(_ shape: Shape, pool: MaxPool) throws {
    let seed = UInt64(shape.elementCount)
    let input = Tensor.random(shape, seed: seed)
    let size = try Operation.maxPool(pool).outputShape(of: [shape]).size
    try expect(.maxPool(pool), [input], is: Naive.maxPool(pool, input: input, size: size), seed: seed)
  }

  @Test(
    arguments: shapes,
    [Size(height: 1, width: 1), Size(height: 7, width: 3), Size(height: 3, width: 200), Size(height: 33, width: 61)])
  func upsample(_ shape: Shape, size: Size) throws {
    let seed = UInt64(shape.elementCount)
    let input = Tensor.random(shape, seed: seed)
    for centers in PixelCenters.allCases {
      // Positions are float32 as PyTorch's are: at column 127 of 200 they are off by 127 · 2⁻²⁴.
      let result = try ReferenceExecutor.apply(.upsample(to: size, centers: centers), to: [input])
      let mismatch = result.mismatch(with: Naive.upsample(input, to: size, centers: centers), within: 5e-5)
      #expect(mismatch == nil, "\(shape) to \(size), \(centers), seed \(seed): \(mismatch ?? "")")
    }
  }

  @Test(arguments: shapes) func concat(_ shape: Shape) throws {
    let seed = UInt64(shape.elementCount)
    let counts = [shape.channels, 1, 4]
    let inputs = counts.enumerated().map { index, channels in
      Tensor.random(
        Shape(batch: shape.batch, channels: channels, height: shape.height, width: shape.width),
        seed: seed + UInt64(index))
    }
    let output = Shape(
      batch: shape.batch, channels: shape.channels + 5, height: shape.height, width: shape.width)
    let expected = Naive.tensor(output) { n, c, y, x in
      let first = c < shape.channels ? inputs[0].at(n, c, y, x) : nil
      let second = c == shape.channels ? inputs[1].at(n, 0, y, x) : nil
      return first ?? second ?? inputs[2].at(n, c - shape.channels - 1, y, x) ?? .nan
    }
    try expect(.concat, inputs, is: expected, seed: seed)
  }

  @Test func inputsThatDoNotFitAreErrors() {
    let input = Tensor(shape: [1, 2, 3, 3], repeating: 0)
    #expect(throws: ShapeError.self) { try ReferenceExecutor.apply(.add, to: [input]) }
    #expect(throws: ShapeError.self) {
      try ReferenceExecutor.apply(.add, to: [input, Tensor(shape: [1, 2, 3, 4], repeating: 0)])
    }
    #expect(throws: ShapeError.self) {
      try ReferenceExecutor.apply(.relu, to: [Tensor(shape: [3, 3], repeating: 0)])
    }
    let convolution = Operation.convolution(Convolution(weight: "w", bias: nil, outChannels: 4))
    #expect(throws: ParameterError.self) { try ReferenceExecutor.apply(convolution, to: [input]) }
    #expect(throws: ParameterError.self) {
      let wrong = ParameterDictionary(["w": Tensor(shape: [4, 1, 3, 3], repeating: 0)])
      return try ReferenceExecutor.apply(convolution, to: [input], parameters: wrong)
    }
  }
}
