import Engine
import Networks
import Tensors
import TestSupport
import Testing

/// Shapes that are no multiples of any tile: single rows and columns, odd extents, several images.
private let oddShapes: [Shape] =
  TestBudget.isBounded
  ? [[1, 3, 5, 13], [2, 2, 1, 19]]
  : [[1, 1, 1, 1], [1, 3, 5, 13], [2, 5, 1, 37], [1, 2, 41, 1], [3, 7, 9, 16], [1, 17, 6, 127]]

/// Dilations of a 3×3 convolution.
private let dilations = TestBudget.isBounded ? [1, 8] : [1, 2, 4, 8, 9]

@Suite struct OperationTests {
  @Test(arguments: oddShapes, dilations)
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
    for centers in PixelCenters.allCases {
      try expectAgreement(of: graph(of: .upsample(to: size, centers: centers), on: shape), seed: 8)
    }
  }

  /// Maps of different sizes that a 1×1 convolution fuses, with and without a sigmoid; the resampled maps may be
  /// outputs, too. One map is wider than the result.
  @Test(arguments: [[2, 3, 13, 70], [1, 1, 1, 5], [1, 2, 127, 3]] as [Shape], [false, true])
  func sideMaps(shape: Shape, mapsAreResults: Bool) throws {
    let size = shape.size
    var builder = try GraphBuilder(input: shape)
    let sizes = [
      size, Size(height: (size.height + 1) / 2, width: (size.width + 1) / 2), Size(height: 1, width: 1),
      Size(height: size.height + 3, width: size.width + 2), Size(height: size.height, width: max(1, size.width / 5)),
    ]
    let maps = try sizes.enumerated().map { index, smaller in
      let map = try builder.add(.upsample(to: smaller), to: [builder.input], name: "map\(index)")
      return smaller == size ? map : try builder.add(.upsample(to: size), to: [map], name: "map\(index).upsample")
    }
    let together = try builder.add(.concat, to: maps, name: "concat")
    let convolution = Convolution(weight: "weight", bias: "bias", outChannels: 2, kernel: 1)
    let sums = try builder.add(.convolution(convolution), to: [together], name: "sums")
    let fused = try builder.add(.sigmoid, to: [sums], name: "fused")
    var outputs = [("fused", fused)]
    if mapsAreResults { outputs += [("sums", sums), ("map", maps[1])] }
    try expectAgreement(of: builder.finish(outputs: outputs), seed: 61)
  }

  @Test(arguments: oddShapes)
  func concatAndAdd(shape: Shape) throws {
    var builder = try GraphBuilder(input: shape)
    let relu = try builder.add(.relu, to: [builder.input], name: "relu")
    let sigmoid = try builder.add(.sigmoid, to: [builder.input], name: "sigmoid")
    // Inputs that cannot be written in place: a value used twice, one in two concats, and the network's input.
    let first = try builder.add(.concat, to: [relu, builder.input, relu, sigmoid], name: "first")
    let second = try builder.add(.concat, to: [sigmoid, first, relu], name: "second")
    let sum = try builder.add(.add, to: [relu, sigmoid], name: "sum")
    try expectAgreement(of: builder.finish(outputs: [("a", second), ("b", sum), ("c", relu)]), seed: 9)
  }
}

/// Operations between two convolutions whose channels are multiples of 16, so that CPU devices compute them on blocks.
@Suite struct BlockedOperationTests {
  /// Input shapes: widths below, at and above the tiles, single rows and columns, several images.
  static let shapes: [Shape] =
    TestBudget.isBounded
    ? [[2, 1, 3, 5]] : [[1, 3, 5, 13], [2, 5, 1, 37], [1, 2, 11, 1], [3, 3, 9, 16], [1, 4, 6, 43]]

  @Test(arguments: shapes, dilations)
  func dilatedConvolution(shape: Shape, dilation: Int) throws {
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 48, dilation: dilation)
    try expectAgreement(of: sandwich([.convolution(convolution)], on: shape), seed: 30)
  }

  @Test(arguments: shapes)
  func pointwiseConvolution(shape: Shape) throws {
    let convolution = Convolution(weight: "w", bias: nil, outChannels: 16, kernel: 1)
    try expectAgreement(of: sandwich([.convolution(convolution), .relu], on: shape), seed: 31)
  }

  @Test(arguments: shapes)
  func stridedConvolution(shape: Shape) throws {
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 16, stride: 2, padding: 1)
    try expectAgreement(of: sandwich([.convolution(convolution)], on: shape), seed: 32)
  }

  @Test(arguments: shapes)
  func convolutionBatchNormReLU(shape: Shape) throws {
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 32)
    let norm = BatchNorm(prefix: "x.bn_s1")
    try expectAgreement(of: sandwich([.convolution(convolution), .batchNorm(norm), .relu], on: shape), seed: 33)
  }

  @Test(arguments: shapes, [MaxPool(), MaxPool(kernel: 3, stride: 2)])
  func maxPool(shape: Shape, pool: MaxPool) throws {
    try expectAgreement(of: sandwich([.maxPool(pool)], on: shape), seed: 34)
  }

  @Test(arguments: shapes, [Size(height: 1, width: 1), Size(height: 9, width: 31)])
  func upsample(shape: Shape, size: Size) throws {
    for centers in TestBudget.isBounded ? [.alignCorners] : PixelCenters.allCases {
      try expectAgreement(of: sandwich([.upsample(to: size, centers: centers)], on: shape), seed: 35)
    }
  }

  /// Inputs that convolutions on GPUs resample while reading.
  @Test(arguments: shapes) func resampledInputs(shape: Shape) throws {
    for centers in TestBudget.isBounded ? [.alignCorners] : PixelCenters.allCases {
      try expectAgreement(of: resamplingGraph(on: shape, centers: centers), seed: 39)
    }
    try expectAgreement(of: resamplingGraph(on: shape, dilation: 3), seed: 40)
  }

  @Test(arguments: shapes, [Networks.Operation.relu, .sigmoid])
  func elementwise(shape: Shape, operation: Networks.Operation) throws {
    try expectAgreement(of: sandwich([operation, operation], on: shape), seed: 36)
  }

  @Test(arguments: shapes)
  func concatAndAdd(shape: Shape) throws {
    var builder = try GraphBuilder(input: shape)
    let a = try builder.add(.convolution(Convolution(weight: "a", bias: "ab", outChannels: 32)), to: [0], name: "a")
    let b = try builder.add(.convolution(Convolution(weight: "b", bias: nil, outChannels: 16)), to: [a], name: "b")
    let c = try builder.add(.relu, to: [b], name: "c")
    let sum = try builder.add(.add, to: [b, c], name: "sum")
    let first = try builder.add(.concat, to: [sum, a, sum], name: "first")
    let second = try builder.add(.concat, to: [b, first], name: "second")
    let out = try builder.add(
      .convolution(Convolution(weight: "o", bias: "ob", outChannels: 2)), to: [second], name: "o")
    try expectAgreement(of: builder.finish(outputs: [("o", out)]), seed: 37)
  }

  /// A residual U-block whose last convolution adds the residual.
  @Test(
    .disabled(if: TestBudget.isBounded, "whole blocks take a simulator minutes"),
    arguments: [[1, 3, 21, 34]] as [Shape])
  func residualUBlock(shape: Shape) throws {
    for block in [RSU(depth: 5, in: 3, mid: 16, out: 32), .dilated(in: 3, mid: 16, out: 16)] {
      var builder = try GraphBuilder(input: shape)
      let result = try builder.residualUBlock(block, of: builder.input, prefix: "")
      let side = try builder.add(
        .convolution(Convolution(weight: "s", bias: "sb", outChannels: 1)), to: [result], name: "s")
      try expectAgreement(of: builder.finish(outputs: [("s", side)]), seed: 38)
    }
  }

  /// A sequence of operations between a convolution to 32 channels and one to 3.
  private func sandwich(_ operations: [Networks.Operation], on shape: Shape) throws -> Graph {
    var builder = try GraphBuilder(input: shape)
    let bread = Convolution(weight: "first", bias: "firstBias", outChannels: 32)
    var node = try builder.add(.convolution(bread), to: [builder.input], name: "first")
    for (index, operation) in operations.enumerated() {
      node = try builder.add(operation, to: [node], name: "operation\(index)")
    }
    let last = Convolution(weight: "last", bias: "lastBias", outChannels: 3)
    node = try builder.add(.convolution(last), to: [node], name: "last")
    return builder.finish(outputs: [("output", node)])
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
