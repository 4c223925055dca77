import Checkpoints
import Networks
import Tensors
import TestSupport
import Testing

/// Quantized weights become floating-point numbers, and what files do before and after the network is folded.
@Suite struct QuantizedTests {
  private let input = Shape(channels: 2, height: 4, width: 6)

  /// (q − zero) · scale, for the integers −27 … 26 of the fixtures in 3 channels.
  private func weights(scales: [Float], zeros: [Float]) -> Tensor {
    Tensor(shape: [3, 2, 3, 3], values: (0..<54).map { (Float($0 - 27) - zeros[$0 / 18]) * scales[$0 / 18] })
  }

  private func parameters(_ file: String) throws -> (graph: Graph, tensors: [Tensor]) {
    let model = try Fixtures.model("nodes/\(file).onnx")
    let graph = try model.graph(for: input)
    return (graph, try graph.parameters.map { try graph.tensor($0, from: model.parameters) })
  }

  @Test(
    arguments: [
      ("dequantized", [0.5, 0.25, 0.125], [1, 2, 3]), ("dequantized_tensor", [0.5, 0.5, 0.5], [0, 0, 0]),
      ("dynamic", [0.5, 0.5, 0.5], [1, 1, 1]), ("integer_operators", [0.5, 0.25, 0.125], [1, 2, 3]),
    ] as [(String, [Float], [Float])])
  func weightsAreDequantized(file: String, scales: [Float], zeros: [Float]) throws {
    let (graph, tensors) = try parameters(file)
    #expect(graph.nodes.map(\.operation.kind) == [.input, .convolution])
    #expect(tensors.first == weights(scales: scales, zeros: zeros))
  }

  @Test func biasesAreDequantized() throws {
    #expect(try parameters("dynamic").tensors.last == Tensor(shape: [3], values: [1, 2, 3]))
    #expect(try parameters("integer_operators").tensors.last == Tensor(shape: [3], values: [1, 1, 1]))
  }

  @Test func aReLUThatTheQuantizerLeftOutIsThere() throws {
    #expect(try parameters("quantized_relu").graph.nodes.map(\.operation.kind) == [.input, .convolution, .relu])
  }

  @Test func normalizationOfTheInputIsFolded() throws {
    let model = try Fixtures.model("nodes/normalized.onnx")
    #expect(try model.graph(for: input).nodes.map(\.operation.kind) == [.input, .relu])
    #expect(model.inputNormalization?.mean == [0.5, 0.25])
    #expect(model.inputNormalization?.standardDeviation == [0.5, 0.5])
    #expect(model.inputNormalization?.dividesByMaximum == false)
    #expect(try Fixtures.model("nodes/conv.onnx").inputNormalization == nil)
  }

  @Test(
    arguments: [
      ("stretch", [.input, .relu]), ("rearranged", [.input, .relu]), ("bytes", [.input, .sigmoid]),
      ("scale_and_shift", [.input, .relu, .batchNorm, .batchNorm]),
      ("invert", [.input, .relu, .batchNorm, .batchNorm]),
      ("threshold", [.input, .relu, .batchNorm, .sigmoid, .batchNorm, .sigmoid]),
      ("shuffled", [.input, .relu, .maxPool, .sigmoid]),
    ] as [(String, [Operation.Kind])])
  func theEndsAreFoldedOrComputed(file: String, kinds: [Operation.Kind]) throws {
    #expect(try parameters(file).graph.nodes.map(\.operation.kind) == kinds)
  }

  @Test func aMapIsInverted() throws {
    let tensors = try parameters("invert").tensors
    // 1 − x as (x · −1) · 1 + 1: scale and shift of both batch norms.
    let numbers = Set(tensors.map { $0.values[0] })
    #expect(numbers == [-1, 0, 1], "\(tensors)")
  }
}
