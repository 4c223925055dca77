import Engine
import Networks
import Tensors
import TestSupport
import Testing

/// Shapes that leave remainders everywhere: single rows and columns, odd extents, several images.
private let oddShapes: [Shape] = [
  [1, 1, 1, 1], [1, 3, 5, 13], [2, 5, 1, 37], [1, 2, 41, 1], [3, 7, 9, 16], [1, 17, 6, 127],
]

@Suite struct OperationTests {
  @Test(arguments: oddShapes, [1, 2, 4, 8])
  func dilatedConvolution(shape: Shape, dilation: Int) throws {
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 11, dilation: dilation)
    try expectAgreement(of: graph(of: .convolution(convolution), on: shape), seed: 1)
  }

  @Test(arguments: oddShapes, [1, 6, 8, 9])
  func pointwiseConvolution(shape: Shape, outChannels: Int) throws {
    let convolution = Convolution(weight: "w", bias: nil, outChannels: outChannels, kernel: 1)
    try expectAgreement(of: graph(of: .convolution(convolution), on: shape), seed: 2)
  }

  @Test(arguments: [[1, 3, 75, 101], [2, 4, 6, 7], [1, 3, 1, 2]] as [Shape])
  func stridedConvolution(shape: Shape) throws {
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 8, stride: 2, padding: 1)
    try expectAgreement(of: graph(of: .convolution(convolution), on: shape), seed: 3)
  }

  @Test(arguments: oddShapes)
  func batchNormAndReLU(shape: Shape) throws {
    var builder = try GraphBuilder(input: shape)
    let norm = try builder.add(.batchNorm(BatchNorm(prefix: "x.bn_s1")), to: [builder.input], name: "norm")
    let relu = try builder.add(.relu, to: [norm], name: "relu")
    try expectAgreement(of: builder.finish(outputs: [("output", relu)]), seed: 4)
  }

  @Test(arguments: oddShapes)
  func convolutionBatchNormReLU(shape: Shape) throws {
    var builder = try GraphBuilder(input: shape)
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 9)
    let sums = try builder.add(.convolution(convolution), to: [builder.input], name: "convolution")
    let norm = try builder.add(.batchNorm(BatchNorm(prefix: "x.bn_s1")), to: [sums], name: "norm")
    let relu = try builder.add(.relu, to: [norm], name: "relu")
    try expectAgreement(of: builder.finish(outputs: [("output", relu)]), seed: 5)
  }

  @Test(arguments: oddShapes, [Networks.Operation.relu, .sigmoid])
  func elementwise(shape: Shape, operation: Networks.Operation) throws {
    try expectAgreement(of: graph(of: operation, on: shape), seed: 6)
  }

  @Test(arguments: oddShapes, [MaxPool(), MaxPool(kernel: 3, stride: 2), MaxPool(kernel: 2, stride: 1)])
  func maxPool(shape: Shape, pool: MaxPool) throws {
    try expectAgreement(of: graph(of: .maxPool(pool), on: shape), within: 0, seed: 7)
  }

  @Test(arguments: oddShapes, [Size(height: 1, width: 1), Size(height: 9, width: 31), Size(height: 80, width: 3)])
  func upsample(shape: Shape, size: Size) throws {
    try expectAgreement(of: graph(of: .upsample(to: size), on: shape), seed: 8)
  }

  @Test(arguments: oddShapes)
  func concatAndAdd(shape: Shape) throws {
    var builder = try GraphBuilder(input: shape)
    let relu = try builder.add(.relu, to: [builder.input], name: "relu")
    let sigmoid = try builder.add(.sigmoid, to: [builder.input], name: "sigmoid")
    // One value twice, one in two concats, and the input itself: what cannot be written in place.
    let first = try builder.add(.concat, to: [relu, builder.input, relu, sigmoid], name: "first")
    let second = try builder.add(.concat, to: [sigmoid, first, relu], name: "second")
    let sum = try builder.add(.add, to: [relu, sigmoid], name: "sum")
    try expectAgreement(of: builder.finish(outputs: [("a", second), ("b", sum), ("c", relu)]), seed: 9)
  }
}

@Suite(.disabled(if: TestBudget.isBounded, "whole networks take a simulator minutes"))
struct NetworkTests {
  @Test(arguments: [
    RSU(depth: 7, in: 3, mid: 4, out: 9), RSU(depth: 4, in: 5, mid: 8, out: 8), .dilated(in: 3, mid: 5, out: 7),
  ])
  func residualUBlock(block: RSU) throws {
    for (seed, shape) in ([[1, block.inChannels, 33, 47], [2, block.inChannels, 1, 9]] as [Shape]).enumerated() {
      var builder = try GraphBuilder(input: shape)
      let output = try builder.residualUBlock(block, of: builder.input, prefix: "")
      try expectAgreement(of: builder.finish(outputs: [("output", output)]), seed: UInt64(seed))
    }
  }

  @Test(arguments: [[1, 3, 32, 32], [2, 3, 45, 61], [1, 3, 1, 1]] as [Shape])
  func smallNetwork(shape: Shape) throws {
    try expectAgreement(of: U2NetTable.small().graph(for: shape), seed: 20)
  }
}
