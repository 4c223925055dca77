import Engine
import Networks
import OpenCL
import Reference
import Tensors
import TestSupport
import Testing

/// The portable kernels with planar activations of 16 bits, compared with a reference that rounds every activation
/// which the plan stores.
@Suite struct StorageTests {
  private static let precisions: [Precision] = [.bfloat16, .float16]

  /// Single rows and columns, odd extents, several images.
  private static let shapes: [Shape] =
    TestBudget.isBounded
    ? [[2, 2, 3, 19]] : [[1, 1, 1, 1], [1, 3, 5, 13], [2, 5, 1, 37], [3, 7, 9, 16], [1, 17, 6, 127]]

  /// Devices round like the host: ties to even, with subnormal numbers, infinity and NaN.
  @Test func devicesRoundAsTheHostDoes() throws {
    let bits: [UInt32] = [
      0x0000_0000, 0x8000_0000, 0x3F80_0000, 0x3F80_7FFF, 0x3F80_8000, 0x3F80_8001, 0x3F81_8000, 0xBF81_7FFF,
      0x0001_8000, 0x0000_8000, 0x0000_8001, 0x7F7F_7FFF, 0x7F7F_FFFF, 0xFF7F_FFFF, 0x7F80_0000, 0xFF80_0000,
      0x7FC0_0000, 0x7F80_0001, 0xFFFF_FFFF,
    ]
    let input = Tensor(shape: [1, 1, 1, bits.count], values: bits.map { Float(bitPattern: $0) })
    var builder = try GraphBuilder(input: input.shape)
    let copies = try builder.add(.concat, to: [builder.input, builder.input], name: "copies")
    let graph = builder.finish(outputs: [("copies", copies)])
    for session in sessions {
      let outputs = try executor(graph, .bfloat16, PlanOptions(), in: session).run(input)
      for (index, value) in outputs[0].values.enumerated() {
        let expected = Precision.bfloat16.rounded(input.values[index % bits.count])
        #expect(
          value.bitPattern == expected.bitPattern || (value.isNaN && expected.isNaN),
          "\(session.device.name), \(input.values[index % bits.count]): \(value), not \(expected)")
      }
    }
  }

  @Test(arguments: shapes, [1, 8]) func convolution(shape: Shape, dilation: Int) throws {
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 11, dilation: dilation)
    try expectAgreement(of: graph(of: .convolution(convolution), on: shape), seed: 80)
  }

  @Test(arguments: shapes) func stridedConvolution(shape: Shape) throws {
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 8, stride: 2, padding: 1)
    try expectAgreement(of: graph(of: .convolution(convolution), on: shape), seed: 81)
  }

  /// A convolution with batch norm, ReLU and a residual, in one launch or in four.
  @Test(arguments: shapes) func residualConvolution(shape: Shape) throws {
    var builder = try GraphBuilder(input: shape)
    let convolution = Convolution(weight: "w", bias: "b", outChannels: shape.channels)
    let sums = try builder.add(.convolution(convolution), to: [builder.input], name: "sums")
    let norm = try builder.add(.batchNorm(BatchNorm(prefix: "n")), to: [sums], name: "norm")
    let relu = try builder.add(.relu, to: [norm], name: "relu")
    let sum = try builder.add(.add, to: [relu, builder.input], name: "sum")
    try expectAgreement(of: builder.finish(outputs: [("sum", sum)]), roundings: 4, seed: 82)
  }

  @Test(arguments: shapes, [Networks.Operation.relu, .sigmoid, .batchNorm(BatchNorm(prefix: "n"))])
  func elementwise(shape: Shape, operation: Networks.Operation) throws {
    try expectAgreement(of: graph(of: operation, on: shape), seed: 83)
  }

  @Test(arguments: shapes) func batchNormWithReLU(shape: Shape) throws {
    var builder = try GraphBuilder(input: shape)
    let norm = try builder.add(.batchNorm(BatchNorm(prefix: "n")), to: [builder.input], name: "norm")
    let relu = try builder.add(.relu, to: [norm], name: "relu")
    try expectAgreement(of: builder.finish(outputs: [("relu", relu)]), seed: 84)
  }

  @Test(arguments: shapes, [MaxPool(), MaxPool(kernel: 3, stride: 2)]) func maxPool(shape: Shape, pool: MaxPool) throws
  {
    try expectAgreement(of: graph(of: .maxPool(pool), on: shape), seed: 85)
  }

  @Test(arguments: shapes, PixelCenters.allCases) func upsample(shape: Shape, centers: PixelCenters) throws {
    try expectAgreement(
      of: graph(of: .upsample(to: Size(height: 9, width: 31), centers: centers), on: shape), seed: 86)
  }

  @Test(arguments: shapes) func concatAndAdd(shape: Shape) throws {
    var builder = try GraphBuilder(input: shape)
    let relu = try builder.add(.relu, to: [builder.input], name: "relu")
    let pool = try builder.add(.maxPool(MaxPool(kernel: 1, stride: 1)), to: [builder.input], name: "pool")
    let concat = try builder.add(.concat, to: [relu, builder.input, relu, pool], name: "concat")
    let sum = try builder.add(.add, to: [relu, pool], name: "sum")
    try expectAgreement(of: builder.finish(outputs: [("concat", concat), ("sum", sum), ("relu", relu)]), seed: 87)
  }

  /// Side maps that the 1×1 convolution resamples itself, or that are resampled one by one.
  @Test(arguments: [[2, 3, 13, 70], [1, 2, 127, 3]] as [Shape]) func sideMaps(shape: Shape) throws {
    var builder = try GraphBuilder(input: shape)
    let small = try builder.add(.maxPool(MaxPool(kernel: 2, stride: 2, ceilMode: true)), to: [builder.input], name: "s")
    let large = try builder.add(.upsample(to: shape.size), to: [small], name: "large")
    let both = try builder.add(.concat, to: [builder.input, large], name: "both")
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 2, kernel: 1)
    let sums = try builder.add(.convolution(convolution), to: [both], name: "sums")
    let fused = try builder.add(.sigmoid, to: [sums], name: "fused")
    try expectAgreement(of: builder.finish(outputs: [("fused", fused)]), roundings: 3, seed: 88)
  }

  /// A whole network with odd extents. Each of a hundred layers may round some sums to the other neighbour, which
  /// affects later layers. The outputs are probabilities, so the unit in the last place is at most 2 roundoffs.
  @Test(.disabled(if: TestBudget.isBounded, "whole networks take a simulator minutes"), arguments: precisions)
  func smallNetwork(precision: Precision) throws {
    let graph = try U2NetTable.small().graph(for: [2, 3, 45, 61])
    let input = Tensor.random(graph.inputShape, seed: 89)
    for session in sessions {
      let executor = try executor(graph, precision, PlanOptions(), in: session)
      #expect(executor.precision == precision)
      let expected = try reference(graph, input, executor.plan, precision)
      for (index, (output, expected)) in zip(try executor.run(input), expected).enumerated() {
        let differences = zip(output.values, expected.values).map { abs($0 - $1) }
        let (most, mean) = (differences.max() ?? 0, differences.reduce(0, +) / Float(differences.count))
        #expect(
          most <= 2 * precision.unitRoundoff && mean <= precision.unitRoundoff / 4,
          "\(session.device.name), \(precision), output \(index), seed 89: \(most), on average \(mean)")
      }
    }
  }

  /// Checks one graph in every 16-bit format, with and without fused steps, on every device.
  ///
  /// What a step stores differs from the reference only where its float32 sum lies so near the middle between two
  /// neighbours that the order of summation decides: by one unit in the last place, and rarely.
  ///
  /// - Parameter roundings: the largest number of roundings between the input and an output.
  private func expectAgreement(
    of graph: Graph, roundings: Int = 1, seed: UInt64, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let input = Tensor.random(graph.inputShape, seed: seed)
    #expect(!sessions.isEmpty, "no OpenCL device: nothing was compared", sourceLocation: sourceLocation)
    for session in sessions {
      for precision in Self.precisions {
        for options in [PlanOptions(), .unfused] {
          let executor = try executor(graph, precision, options, in: session)
          let expected = try reference(graph, input, executor.plan, precision)
          for (index, (output, expected)) in zip(try executor.run(input), expected).enumerated() {
            let scale = expected.values.reduce(Float(1)) { max($0, abs($1)) }
            let unit = 2 * precision.unitRoundoff
            let pairs = zip(output.values, expected.values)
            let isNear = pairs.allSatisfy { abs($0 - $1) <= Float(roundings) * unit * abs($1) + 1e-5 * scale }
            let others = pairs.count { $0 != $1 }
            #expect(
              output.shape == expected.shape && isNear && others <= 2 + output.values.count * roundings / 50,
              """
              \(session.device.name), \(precision), \(options == .unfused ? "un" : "")fused, \
              input \(graph.inputShape), seed \(seed), output \(index): \(others) of \(output.values.count) differ, \
              by at most \(output.maxAbsoluteDifference(to: expected))
              """, sourceLocation: sourceLocation)
          }
        }
      }
    }
  }

  private func executor(
    _ graph: Graph, _ precision: Precision, _ options: PlanOptions, in session: DeviceSession
  ) throws -> Executor {
    try Executor(
      graph: graph, parameters: SeededParameters(for: graph), session: session, options: options,
      tuning: .portable(for: session.device, precision: precision))
  }

  /// The reference's outputs if the input and all values that the plan stores are rounded to the precision.
  private func reference(_ graph: Graph, _ input: Tensor, _ plan: Plan, _ precision: Precision) throws -> [Tensor] {
    let stored = Set(plan.steps.map(\.output)).union([graph.input])
    return try ReferenceExecutor(graph: graph, parameters: SeededParameters(for: graph)).run(input) { id, tensor in
      guard stored.contains(id) else { return tensor }
      return Tensor(shape: tensor.shape, values: tensor.values.map(precision.rounded))
    }
  }
}

extension Precision {
  /// The largest relative error of a rounding.
  fileprivate var unitRoundoff: Float {
    switch self {
    case .float32: 0x1p-24
    case .float16: 0x1p-11
    case .bfloat16: 0x1p-8
    }
  }
}
