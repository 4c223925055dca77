import Networks
import Reference
import Tensors
import TestSupport
import Testing

/// Every operation on a few numbers that can be checked by hand.
@Suite struct HandComputedTests {
  private func expect(
    _ operation: Operation, _ inputs: [Tensor], parameters: [String: Tensor] = [:], is expected: Tensor,
    within tolerance: Float = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try ReferenceExecutor.apply(operation, to: inputs, parameters: ParameterDictionary(parameters))
    let mismatch = result.mismatch(with: expected, within: tolerance)
    #expect(mismatch == nil, "\(operation.kind): \(mismatch ?? "")", sourceLocation: sourceLocation)
  }

  private let threeByThree = Tensor(shape: [1, 1, 3, 3], values: [1, 2, 3, 4, 5, 6, 7, 8, 9])

  @Test func convolutionAddsItsBiasAndPadsWithZeros() throws {
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 1)
    let ones = Tensor(shape: [1, 1, 3, 3], repeating: 1)
    try expect(
      .convolution(convolution), [threeByThree],
      parameters: ["w": ones, "b": Tensor(shape: [1], values: [100])],
      is: Tensor(shape: [1, 1, 3, 3], values: [112, 121, 116, 127, 145, 133, 124, 139, 128]))
  }

  @Test func convolutionCorrelatesAndDoesNotFlip() throws {
    let topLeft = Tensor(shape: [1, 1, 3, 3], values: [1, 0, 0, 0, 0, 0, 0, 0, 0])
    try expect(
      .convolution(Convolution(weight: "w", bias: nil, outChannels: 1)), [threeByThree], parameters: ["w": topLeft],
      is: Tensor(shape: [1, 1, 3, 3], values: [0, 0, 0, 0, 1, 2, 0, 4, 5]))
  }

  @Test func convolutionWithDilationBeyondTheMapSeesOnlyTheCentre() throws {
    let weight = Tensor(shape: [1, 1, 3, 3], values: [9, 9, 9, 9, 2, 9, 9, 9, 9])
    try expect(
      .convolution(Convolution(weight: "w", bias: nil, outChannels: 1, dilation: 8)), [threeByThree],
      parameters: ["w": weight], is: Tensor(shape: [1, 1, 3, 3], values: [2, 4, 6, 8, 10, 12, 14, 16, 18]))
  }

  @Test func convolutionWithStrideTwo() throws {
    let ones = Tensor(shape: [1, 1, 3, 3], repeating: 1)
    try expect(
      .convolution(Convolution(weight: "w", bias: nil, outChannels: 1, stride: 2)), [threeByThree],
      parameters: ["w": ones], is: Tensor(shape: [1, 1, 2, 2], values: [12, 16, 24, 28]))
  }

  @Test func pointwiseConvolutionMixesChannels() throws {
    try expect(
      .convolution(Convolution(weight: "w", bias: nil, outChannels: 2, kernel: 1)),
      [Tensor(shape: [1, 2, 1, 2], values: [1, 2, 10, 20])],
      parameters: ["w": Tensor(shape: [2, 2, 1, 1], values: [1, 1, 2, -1])],
      is: Tensor(shape: [1, 2, 1, 2], values: [11, 22, -8, -16]))
  }

  @Test func batchNormPerChannel() throws {
    let vectors: [String: [Float]] = [
      "n.weight": [2, 1], "n.bias": [1, 0], "n.running_mean": [3, -1], "n.running_var": [0.25, 4],
    ]
    try expect(
      .batchNorm(BatchNorm(prefix: "n", epsilon: 0)), [Tensor(shape: [1, 2, 1, 2], values: [3, 4, -1, 3])],
      parameters: vectors.mapValues { Tensor(shape: [2], values: $0) },
      is: Tensor(shape: [1, 2, 1, 2], values: [1, 5, 0, 2]))
  }

  @Test func reluKeepsNaN() throws {
    try expect(
      .relu, [Tensor(shape: [1, 1, 1, 4], values: [-1, 0, 2, -.infinity])],
      is: Tensor(shape: [1, 1, 1, 4], values: [0, 0, 2, 0]))
    let result = try ReferenceExecutor.apply(.relu, to: [Tensor(shape: [1, 1, 1, 1], values: [.nan])])
    #expect(result.values[0].isNaN)
  }

  @Test func sigmoidIsStable() throws {
    try expect(
      .sigmoid, [Tensor(shape: [1, 1, 1, 6], values: [0, 1e4, -1e4, .infinity, -.infinity, 1])],
      is: Tensor(shape: [1, 1, 1, 6], values: [0.5, 1, 0, 1, 0, 0.731_058_6]), within: 1e-7)
    // For large negative x, where 1 − sigmoid(−x) has no digits left, the value is exp(x) and not zero.
    let small = try ReferenceExecutor.apply(.sigmoid, to: [Tensor(shape: [1, 1, 1, 1], values: [-40])]).values[0]
    #expect(abs(small / 4.248_354e-18 - 1) < 1e-5)
  }

  @Test func maxPoolClipsTheLastWindow() throws {
    try expect(
      .maxPool(MaxPool()), [threeByThree], is: Tensor(shape: [1, 1, 2, 2], values: [5, 6, 8, 9]))
    try expect(
      .maxPool(MaxPool(ceilMode: false)), [threeByThree], is: Tensor(shape: [1, 1, 1, 1], values: [5]))
    try expect(
      .maxPool(MaxPool(kernel: 3, stride: 1)), [threeByThree], is: Tensor(shape: [1, 1, 1, 1], values: [9]))
    try expect(
      .maxPool(MaxPool()), [Tensor(shape: [1, 1, 1, 1], values: [-3])], is: Tensor(shape: [1, 1, 1, 1], values: [-3]))
  }

  @Test func maxPoolKeepsNaN() throws {
    for values: [Float] in [[.nan, 1, 2, 3], [1, .nan, 2, 3], [3, 2, 1, .nan]] {
      let result = try ReferenceExecutor.apply(
        .maxPool(MaxPool()), to: [Tensor(shape: [1, 1, 2, 2], values: values)])
      #expect(result.values[0].isNaN, "\(values)")
    }
  }

  @Test func upsampleHasHalfPixelCentres() throws {
    try expect(
      .upsample(to: Size(height: 1, width: 4)), [Tensor(shape: [1, 1, 1, 2], values: [0, 4])],
      is: Tensor(shape: [1, 1, 1, 4], values: [0, 1, 3, 4]))
    try expect(
      .upsample(to: Size(height: 2, width: 2)), [Tensor(shape: [1, 1, 1, 1], values: [7])],
      is: Tensor(shape: [1, 1, 2, 2], repeating: 7))
    // Downsampling does not average all pixels: the mean of every fourth pixel and the next one.
    try expect(
      .upsample(to: Size(height: 1, width: 2)), [Tensor(shape: [1, 1, 1, 8], values: [9, 1, 2, 9, 9, 3, 5, 9])],
      is: Tensor(shape: [1, 1, 1, 2], values: [1.5, 4]))
  }

  @Test func upsampleByOtherCentres() throws {
    func row(_ values: [Float]) -> Tensor { Tensor(shape: [1, 1, 1, values.count], values: values) }
    let four = Size(height: 1, width: 4)
    try expect(.upsample(to: four, centers: .asymmetric), [row([0, 4])], is: row([0, 2, 4, 4]))
    try expect(.upsample(to: four, centers: .alignCorners), [row([0, 6])], is: row([0, 2, 4, 6]))
    try expect(.upsample(to: Size(height: 1, width: 1), centers: .alignCorners), [row([3, 6])], is: row([3]))
  }

  @Test func concatKeepsTheOrderWithinEachImage() throws {
    try expect(
      .concat, [Tensor(shape: [2, 1, 1, 1], values: [1, 2]), Tensor(shape: [2, 2, 1, 1], values: [3, 4, 5, 6])],
      is: Tensor(shape: [2, 3, 1, 1], values: [1, 3, 4, 2, 5, 6]))
  }

  @Test func addIsElementwise() throws {
    try expect(
      .add, [threeByThree, threeByThree],
      is: Tensor(shape: [1, 1, 3, 3], values: [2, 4, 6, 8, 10, 12, 14, 16, 18]))
  }
}
